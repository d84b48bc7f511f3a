-- Fast Fourier transform forth and back of 4096 complex numbers, in place, radix 2: float
-- arrays with computed indices. The roots of unity come from half-angle formulas, which need
-- only the square root, so that every language gets the same bits. Size: number of rounds.
local rounds = tonumber(arg[1]) or 350
local BITS = 12
local N = 4096
local POWERS = {[0] = 1}
for i = 1, BITS do
  POWERS[i] = 2 * POWERS[i - 1]
end

-- Cosines and sines of k * pi / half for k in 0 .. half-1, for every stage.
local function makeRoots()
  local stages = {}
  local half = 1
  local previousCos, previousSin = {[0] = 1.0}, {[0] = 0.0}
  stages[1] = {cos = previousCos, sin = previousSin}
  local c, s = -1.0, 0.0
  for stage = 2, BITS do
    local nextC = math.sqrt((1.0 + c) / 2.0)
    s = stage == 2 and 1.0 or s / (2.0 * nextC)
    c = nextC
    local cos, sin = {}, {}
    for k = 0, half - 1 do
      local pc, ps = previousCos[k], previousSin[k]
      cos[2 * k] = pc
      sin[2 * k] = ps
      cos[2 * k + 1] = pc * c - ps * s
      sin[2 * k + 1] = ps * c + pc * s
    end
    stages[stage] = {cos = cos, sin = sin}
    previousCos, previousSin = cos, sin
    half = half * 2
  end
  return stages
end

-- Exchanges every element with the one whose index has the bits reversed.
local function reverseBits(re, im)
  local j = 0
  for i = 0, N - 2 do
    if i < j then
      re[i], re[j] = re[j], re[i]
      im[i], im[j] = im[j], im[i]
    end
    local level = BITS - 1
    while j >= POWERS[level] do
      j = j - POWERS[level]
      level = level - 1
    end
    j = j + POWERS[level]
  end
end

local function transform(re, im, stages, sign)
  reverseBits(re, im)
  local half = 1
  for stage = 1, BITS do
    local cos, sin = stages[stage].cos, stages[stage].sin
    local step = half * 2
    for k = 0, half - 1 do
      local wr, wi = cos[k], sign * sin[k]
      for i = k, N - 1, step do
        local j = i + half
        local xr, xi = re[j], im[j]
        local tr = wr * xr - wi * xi
        local ti = wr * xi + wi * xr
        re[j] = re[i] - tr
        im[j] = im[i] - ti
        re[i] = re[i] + tr
        im[i] = im[i] + ti
      end
    end
    half = step
  end
end

local stages = makeRoots()
local re, im = {}, {}
local seed = 7
for i = 0, N - 1 do
  seed = (seed * 25173 + 13849) % 65536
  re[i] = seed / 65536
  im[i] = 0.0
end
local power = 0.0
for _ = 1, rounds do
  transform(re, im, stages, -1.0)
  power = 0.0
  for i = 0, N - 1 do
    power = power + re[i] * re[i] + im[i] * im[i]
  end
  transform(re, im, stages, 1.0)
  for i = 0, N - 1 do
    re[i] = re[i] / N
    im[i] = im[i] / N
  end
end
local sum = 0.0
for i = 0, N - 1 do
  sum = sum + re[i]
end
print(string.format("fft %d: %.6f %.6f", rounds, sum, power / N))
