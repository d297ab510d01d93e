-- wrk -s questions.lua URL -- FILE: asks what the file says, a path a line, in turn; its last line of output is JSON.
local questions, at = {}, 0

function init(arguments)
  for path in io.lines(arguments[1]) do
    questions[#questions + 1] = wrk.format("GET", path)
  end
end

function request()
  at = at % #questions + 1
  return questions[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"failed":%d,"refused":%d}\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
