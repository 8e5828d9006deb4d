-- Counts one thing that a person does, if it is within its rates; all times in microseconds.
-- KEYS[1]: the instants that were counted, oldest first. ARGV: how many in which span, and again for
-- each further rate, the longest span first. Answers 0, or how long until there is room.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local longest = tonumber(ARGV[2])
while true do
  local first = redis.call('LINDEX', KEYS[1], 0)
  if not first or first + longest > now then
    break
  end
  redis.call('LPOP', KEYS[1])
end
local count = redis.call('LLEN', KEYS[1])
local wait = 0
for i = 1, #ARGV, 2 do
  local most, span = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  if count >= most then
    -- The one that must be gone before there is room.
    local oldest = redis.call('LINDEX', KEYS[1], count - most)
    wait = math.max(wait, oldest + span - now)
  end
end
if wait > 0 then
  return wait
end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(longest / 1000))
return 0
