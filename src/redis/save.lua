-- Saves a dialog over the version that was seen, and only over that one.
-- KEYS[1]: where it is kept, as "version dialog". ARGV: the version seen, the dialog, milliseconds to
-- live. Answers the new version, or 0 if another one is kept.
-- The beginning is enough: every text that the script touches is hashed from end to end.
local kept = redis.call('GETRANGE', KEYS[1], 0, 20)
local version = string.match(kept, '^%d+') or '0'
if version ~= ARGV[1] then
  return '0'
end
-- By the clock, so that a version never comes again, even if everything was lost in between.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local next = string.format('%.0f', math.max(version + 1, now))
redis.call('SET', KEYS[1], next .. ' ' .. ARGV[2], 'PX', ARGV[3])
return next
