-- Counts one thing in every place named, if each has room for it; all times in microseconds.
-- KEYS: the places, in the order in which they are asked. ARGV, for each: how many rates it has, then
-- how many in which span, the longest span first. Answers 0, or how long until there is room in the
-- first place without any: those before it have counted, and those behind it have not.
-- A place with the word "flow" for the number of its rates has one, and counts by weight.
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000000 + time[2]

-- What one person does: every instant is kept, oldest first.
local function each(key, first, rates)
  local longest = tonumber(ARGV[first + 1])
  local oldest = call('LINDEX', key, 0)
  while oldest and oldest + longest <= now do
    call('LPOP', key)
    oldest = call('LINDEX', key, 0)
  end
  local count = oldest and call('LLEN', key) or 0
  local wait = 0
  for i = first, first + 2 * rates - 2, 2 do
    local most, span = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
    if count >= most then
      -- The one that must be gone before there is room.
      wait = math.max(wait, call('LINDEX', key, count - most) + span - now)
    end
  end
  if wait == 0 then
    call('RPUSH', key, string.format('%.0f', now))
    call('PEXPIRE', key, math.ceil(longest / 1000))
  end
  return wait
end

-- What anybody does: two spans beside each other, the earlier one weighed by what is left of it.
-- However many are allowed, it is three numbers.
local function flow(key, most, per)
  local span = math.floor(now / per)
  local into = now - span * per
  local held = call('HMGET', key, 'span', 'now', 'before')
  local here, before = 0, 0
  if tonumber(held[1]) == span then
    here, before = tonumber(held[2]), tonumber(held[3])
  elseif tonumber(held[1]) == span - 1 then
    before = tonumber(held[2])
  end
  if math.floor(before * (per - into) / per) + here < most then
    call('HSET', key, 'span', string.format('%.0f', span), 'now', here + 1, 'before', before)
    call('PEXPIRE', key, math.ceil(2 * per / 1000))
    return 0
  end
  if here < most then
    -- The earlier span loses weight within this one.
    return math.max(0, per - math.floor((most - here) * per / before) - into) + 1
  end
  return per - into + per - math.floor(most * per / here) + 1
end

local at = 1
for _, key in ipairs(KEYS) do
  local wait
  if ARGV[at] == 'flow' then
    wait = flow(key, tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]))
    at = at + 3
  else
    local rates = tonumber(ARGV[at])
    wait = each(key, at + 1, rates)
    at = at + 1 + 2 * rates
  end
  if wait > 0 then
    return wait
  end
end
return 0
