-- SHA-256 of a chain of messages of 8 KiB: 32-bit arithmetic in integers with the bit
-- operators. LuaJIT runs the twin sha256.luajit.lua. Size: number of messages.
local messages = tonumber(arg[1]) or 350
local LENGTH = 8192

-- The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
local K = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}

local function rotate(x, n)
  return (x >> n) | (x << (32 - n)) & 0xffffffff
end

local function digestBlock(message, offset, state, w)
  for t = 1, 16 do
    local i = offset + 4 * t
    local b1, b2, b3, b4 = message:byte(i - 3, i)
    w[t] = b1 << 24 | b2 << 16 | b3 << 8 | b4
  end
  for t = 17, 64 do
    local x, y = w[t - 15], w[t - 2]
    local s0 = rotate(x, 7) ~ rotate(x, 18) ~ (x >> 3)
    local s1 = rotate(y, 17) ~ rotate(y, 19) ~ (y >> 10)
    w[t] = (w[t - 16] + s0 + w[t - 7] + s1) & 0xffffffff
  end
  local a, b, c, d, e, f, g, h =
    state[1], state[2], state[3], state[4], state[5], state[6], state[7], state[8]
  for t = 1, 64 do
    local s1 = rotate(e, 6) ~ rotate(e, 11) ~ rotate(e, 25)
    local choice = (e & f) ~ (~e & g)
    local t1 = h + s1 + choice + K[t] + w[t]
    local s0 = rotate(a, 2) ~ rotate(a, 13) ~ rotate(a, 22)
    local majority = (a & b) ~ (a & c) ~ (b & c)
    h, g, f = g, f, e
    e = (d + t1) & 0xffffffff
    d, c, b = c, b, a
    a = (t1 + s0 + majority) & 0xffffffff
  end
  state[1] = (state[1] + a) & 0xffffffff
  state[2] = (state[2] + b) & 0xffffffff
  state[3] = (state[3] + c) & 0xffffffff
  state[4] = (state[4] + d) & 0xffffffff
  state[5] = (state[5] + e) & 0xffffffff
  state[6] = (state[6] + f) & 0xffffffff
  state[7] = (state[7] + g) & 0xffffffff
  state[8] = (state[8] + h) & 0xffffffff
end

local function sha256(message)
  local bits = #message * 8
  local padded = message .. "\128" .. ("\0"):rep((55 - #message) % 64) .. ("\0"):rep(4)
    .. string.char(bits >> 24 & 255, bits >> 16 & 255, bits >> 8 & 255, bits & 255)
  local state = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  }
  local w = {}
  for offset = 0, #padded - 1, 64 do
    digestBlock(padded, offset, state, w)
  end
  local hex = {}
  for i = 1, 8 do
    hex[i] = string.format("%08x", state[i])
  end
  return table.concat(hex)
end

assert(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
local digest = sha256("")
for _ = 1, messages do
  digest = sha256(digest:rep(LENGTH / 64))
end
print(string.format("sha256 %d: %s", messages, digest))
