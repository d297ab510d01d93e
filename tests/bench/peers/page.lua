-- One page of a sorted set, highest first, with the rows.  KEYS 1 index  ARGV 1 offset 2 limit  Reply {total, {row, ...}}
return {redis.call('ZCARD', KEYS[1]), redis.call('SORT', KEYS[1], 'BY', 'nosort', 'DESC', 'LIMIT', ARGV[1], ARGV[2], 'GET', 'm:*')}
