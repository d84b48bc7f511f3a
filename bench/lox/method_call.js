// Methods, inherited ones and those of a superclass.
class Toggle {
  constructor(state) { this.state = state; }
  value() { return this.state; }
  activate() { this.state = !this.state; return this; }
}
class NthToggle extends Toggle {
  constructor(state, most) {
    super(state);
    this.most = most;
    this.count = 0;
  }
  activate() {
    this.count = this.count + 1;
    if (this.count >= this.most) {
      super.activate();
      this.count = 0;
    }
    return this;
  }
}
const n = 30000000;
let value = true;
const toggle = new Toggle(value);
for (let i = 0; i < n; i = i + 1) value = toggle.activate().value();
console.log(toggle.value());
const third = new NthToggle(value, 3);
for (let i = 0; i < n; i = i + 1) value = third.activate().value();
console.log(third.value());
