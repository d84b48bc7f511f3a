-- goto and labels: forward, backward, nested, out of blocks, as continue.
do
  goto forward
  print("never")
  ::forward:: print("forward")
end
do
  local n = 0
  ::back::
  n = n + 1
  if n < 5 then goto back end
  print("backward", n)
end
for i = 1, 5 do
  if i % 2 == 0 then goto continue end
  io.write(i, " ")
  ::continue::
end
print("continue")
for i = 1, 3 do
  for j = 1, 3 do
    if j == 2 and i == 2 then goto done end
    io.write(i, j, " ")
  end
end
::done:: print("out of two loops")
do
  local i = 1
  ::top::
  if i <= 3 then
    io.write(i, " ")
    i = i + 1
    goto top
  end
  print("loop by goto")
end
-- The same label name in sibling and in nested functions.
do goto l1; ::l1:: end
do goto l1; ::l1:: end
local function f() goto l1; do return "no" end ::l1:: return "function label" end
print(f())
-- A label at the end of a block: local variables before it do not matter.
do
  goto fin
  local x = 5
  ::fin::
end
do
  goto fin
  local x = 5
  ::fin:: ;;
end
do
  goto fin
  local x
  ::a:: ::fin:: ::b::
end
print("void statements after label")
-- State machine.
local function accept(s)
  local i = 0
  local c
  ::even:: i = i + 1; c = s:sub(i, i)
  if c == "a" then goto odd elseif c == "" then return true else goto fail end
  ::odd:: i = i + 1; c = s:sub(i, i)
  if c == "a" then goto even end
  ::fail:: return false
end
print("machine", accept(""), accept("aa"), accept("a"), accept("aaaa"), accept("ab"))
-- while and repeat.
local n = 0
while true do
  n = n + 1
  if n > 3 then goto out end
end
::out:: print("out of while", n)
n = 0
repeat
  n = n + 1
  if n == 2 then goto next end
  io.write("r", n, " ")
  ::next::
until n >= 4
print("repeat continue")
do
  local k = 0
  ::L1::
  do
    local y = k * 2
    k = k + 1
    if k < 4 then goto L1 end
    print("inner local", y)
  end
end
goto skip
do ::unused:: print("skipped") end
::skip::
print("end", (function() goto e; ::e:: return 1 end)())
