-- Short and long comments, anywhere between tokens.
print("a") -- after code
--print("never")
---- four dashes
--[[ one line ]] print("b")
--[[
print("never")
]]
--[=[
  ]] still inside
]=] print("c")
--[==[ ]=] ]] ]==] print("d")
-- [[ not a long comment
print("e")
--[ [ not either
print("f")
--[=[]=]print("g")
---[[ this is a short comment: three dashes
print("h")
--]] and so is this
print --[[between]] ( --[[the]] "i" --[==[tokens]==] )
local t = { --[[empty]] }
print("j", #t)
return_value = 1 --[[x]] + --[[y]] 2
print("k", return_value)
print("l", 1--[[minus?]]-1)
print("m", 5 --[[]] --[[]] // 2)
print("n", pcall(load("--only a comment"))) print("o", pcall(load("--")))
print("p", load("--[[unfinished"))
print("q", load("return 1 --[==[ x ]==]")())
print("r", load("return 1 --no newline at the end")())
print("s", load("--\rreturn 2")())
print("t", load("--\r\nreturn 3")())
print("u", load("--[[\n\n]] error('line')") and select(2, pcall(load("--[[\n\n]] error('line')", "=c"))))
