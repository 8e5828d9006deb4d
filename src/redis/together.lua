-- Counts one thing that anybody does: two spans beside each other, the earlier one weighed by what is
-- left of it. However many are allowed, it is three numbers. All times in microseconds.
-- KEYS[1]: "span now before". ARGV: how many in which span. Answers 0, or how long until there is room.
local time = redis.call('TIME')
local at = time[1] * 1000000 + time[2]
local most, per = tonumber(ARGV[1]), tonumber(ARGV[2])
local span = math.floor(at / per)
local into = at - span * per
local held = redis.call('HMGET', KEYS[1], 'span', 'now', 'before')
local now, before = 0, 0
if tonumber(held[1]) == span then
  now, before = tonumber(held[2]), tonumber(held[3])
elseif tonumber(held[1]) == span - 1 then
  before = tonumber(held[2])
end
if math.floor(before * (per - into) / per) + now < most then
  redis.call('HSET', KEYS[1], 'span', string.format('%.0f', span), 'now', now + 1, 'before', before)
  redis.call('PEXPIRE', KEYS[1], math.ceil(2 * per / 1000))
  return 0
end
if now < most then
  -- The earlier span loses weight within this one.
  return math.max(0, per - math.floor((most - now) * per / before) - into) + 1
end
return per - into + per - math.floor(most * per / now) + 1
