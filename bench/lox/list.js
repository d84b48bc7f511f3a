// A linked list, reversed again and again.
class Node { constructor(value, next) { this.value = value; this.next = next; } }
function make(n) { let list = null; for (let i = 0; i < n; i = i + 1) list = new Node(i, list); return list; }
function reverse(list) {
  let done = null;
  while (list !== null) {
    const next = list.next;
    list.next = done;
    done = list;
    list = next;
  }
  return done;
}
function sum(list) { let s = 0; for (; list !== null; list = list.next) s = s + list.value; return s; }
let list = make(10000);
let total = 0;
for (let i = 0; i < 10000; i = i + 1) { list = reverse(list); total = total + sum(list); }
console.log(total === 499950000000);
