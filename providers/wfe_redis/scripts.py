"""What runs inside of the server: each script is one atomic change, and harmless when it is sent twice.

Sessions are one sorted set, `sessions`: until when each lives, in microseconds; or, as a negative number,
since when it is dead for good. The hash `hosts` describes those that have not been closed.
"""

from __future__ import annotations

import hashlib
from typing import Final

_FULL: Final = "#!lua flags=allow-oom\n"
"""From Redis 7 on the few bytes of a session can be written when the memory is full."""


class Script:
    """The text of a script, and the digests by which the server knows it.

    Args:
        body: Lua.
    """

    def __init__(self, body: str) -> None:
        self._texts = {"": _HELPERS + body, _FULL: _FULL + _HELPERS + body}
        # That is how the server names scripts; nothing secret is hashed.
        self._digests = {
            head: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
            for head, text in self._texts.items()
        }

    def text(self, *, old: bool) -> str:
        """Give the text, for servers before Redis 7 if `old`."""
        return self._texts["" if old else _FULL]

    def digest(self, *, old: bool) -> str:
        """Give the digest of that text."""
        return self._digests["" if old else _FULL]


# The first argument of every script is the time: empty for the server's own. Numbers go out as text, because
# Lua would write those above 10^14 with an exponent.
_HELPERS: Final = """
local function now()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end
local function text(number) return string.format('%.0f', number) end
"""

PROBE: Final = Script("local at = now() redis.call('DEL', KEYS[1]) return text(at)")
"""Writes nothing, where it may write; a server that writes nothing after a look at its clock is too old.

KEYS: any.
"""

IDENTIFY: Final = Script("""
local known = redis.call('GET', KEYS[1])
if not known then
  known = ARGV[2]
  redis.call('SET', KEYS[1], known)
end
return known
""")
"""KEYS: identity. ARGV: time, the identity that a server gets which has none."""

OPEN: Final = Script("""
local at = now()
local forgotten = at - ARGV[5]
if forgotten > 0 then
  local old = redis.call('ZRANGEBYSCORE', KEYS[1], text(-forgotten), text(forgotten))
  for _, id in ipairs(old) do
    redis.call('ZREM', KEYS[1], id)
    redis.call('HDEL', KEYS[2], id)
  end
end
redis.call('ZADD', KEYS[1], text(at + ARGV[3]), ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[4])
return text(at)
""")
"""KEYS: sessions, hosts. ARGV: time, session, ttl, description, how long ended ones are kept."""

RENEW: Final = Script("""
local expires = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not expires or tonumber(expires) <= 0 then return false end
local at = now()
redis.call('ZADD', KEYS[1], text(at + ARGV[3]), ARGV[2])
return text(at)
""")
"""KEYS: sessions. ARGV: time, session, ttl."""

CLOSE: Final = Script("""
redis.call('ZADD', KEYS[1], text(-now()), ARGV[2])
redis.call('HDEL', KEYS[2], ARGV[2])
return 1
""")
"""KEYS: sessions, hosts. ARGV: time, session."""

STATES: Final = Script("""
local at = now()
local fallen = tonumber(ARGV[2])
local found = {}
for i = 3, #ARGV do
  local expires = redis.call('ZSCORE', KEYS[1], ARGV[i])
  local ends = expires and tonumber(expires)
  if ends and ends <= 0 then
    found[#found + 1] = 'dead'
  elseif i < 3 + fallen or (ends and ends <= at) then
    redis.call('ZADD', KEYS[1], text(-at), ARGV[i])
    found[#found + 1] = 'dead'
  else
    found[#found + 1] = ends and 'live' or 'unknown'
  end
end
return found
""")
"""KEYS: sessions. ARGV: time, number of those of which this machine knows that they died, these, the others.

Who is told dead is written down as dead before anybody acts on it.
"""

LIST: Final = Script("""
local found = {}
local hosts = redis.call('HGETALL', KEYS[2])
for i = 1, #hosts, 2 do
  local expires = redis.call('ZSCORE', KEYS[1], hosts[i])
  if expires then found[#found + 1] = {hosts[i], text(math.abs(expires)), hosts[i + 1]} end
end
return found
""")
"""KEYS: sessions, hosts. ARGV: time."""

ACQUIRE: Final = Script("""
local granted = {}
for i = 2, #KEYS do
  local holder = redis.call('GET', KEYS[i])
  local free = not holder or holder == ARGV[2]
  if not free then
    local expires = redis.call('ZSCORE', KEYS[1], holder)
    free = expires and tonumber(expires) <= now()
  end
  if free then
    redis.call('SET', KEYS[i], ARGV[2], 'PX', ARGV[3])
    granted[#granted + 1] = i - 2
  end
end
return granted
""")
"""KEYS: sessions, a key for each instance. ARGV: time, session, milliseconds.

Gives the places of those granted.
"""

RELEASE: Final = Script("""
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[2] then redis.call('DEL', KEYS[i]) end
end
return 1
""")
"""KEYS: a key for each instance. ARGV: time, session."""

PUBLISH: Final = Script("""
for i = 2, #ARGV, 2 do redis.call('PUBLISH', ARGV[i], ARGV[i + 1]) end
return 1
""")
"""KEYS: any, so that a cluster knows where to run it. ARGV: time, channels and messages in turn."""
