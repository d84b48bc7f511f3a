-- Fibonacci numbers by the naive recursion: calls and integer arithmetic. Size: n.
local n = tonumber(arg[1]) or 37

local function fib(k)
  if k < 2 then
    return k
  end
  return fib(k - 1) + fib(k - 2)
end

print(string.format("fib %d: %d", n, fib(n)))
