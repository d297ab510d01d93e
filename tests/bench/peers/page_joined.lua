-- One page of a sorted set, highest first, its rows joined.  KEYS 1 index  ARGV 1 offset 2 limit  Reply {total, 'row,row,...'}
return {redis.call('ZCARD', KEYS[1]),
  table.concat(redis.call('SORT', KEYS[1], 'BY', 'nosort', 'DESC', 'LIMIT', ARGV[1], ARGV[2], 'GET', 'm:*'), ',')}
