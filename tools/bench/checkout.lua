-- One whole checkout a request, for wrk: a token, a key of its own and `Prefer: wait`. Counts 201 and 503 apart from all else.
local tokens, key, run, skus = {}, 0, os.time(), 1
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for line in io.lines(args[1]) do tokens[#tokens + 1] = line end
  math.randomseed(tonumber(args[2]))
  run = args[2]
  skus = tonumber(args[3])
  created, overloaded, other = 0, 0, 0
end

function request()
  key = key + 1
  return wrk.format('POST', '/v1/orders', {
    ['content-type'] = 'application/json',
    ['authorization'] = 'Bearer ' .. tokens[math.random(#tokens)],
    ['idempotency-key'] = run .. '-' .. key,
    ['prefer'] = 'wait=30',
  }, '{"items":[{"sku":"SKU-' .. math.random(1, skus) .. '","quantity":1}],"payment":{"method":"pm_card_visa"}}')
end

function response(status)
  if status == 201 then created = created + 1
  elseif status == 503 then overloaded = overloaded + 1
  else other = other + 1 end
end

function done(summary, latency)
  local created, overloaded, other = 0, 0, 0
  for _, thread in ipairs(threads) do
    created = created + thread:get('created')
    overloaded = overloaded + thread:get('overloaded')
    other = other + thread:get('other')
  end
  print(string.format('RESULT {"seconds":%f,"created":%d,"overloaded":%d,"other":%d,"errors":%d,"p50":%f,"p99":%f}',
    summary.duration / 1e6, created, overloaded, other,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
