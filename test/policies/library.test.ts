import { compileText } from '../../policies/evaluate/program';
import { makeEnvironment } from '../../policies/evaluate/environment';

const environment = makeEnvironment();
const cel = (text: string): unknown => compileText(environment, text)({ object: {}, variables: {} });

test.each([
  'quantity("1Gi") == quantity("1024Mi")',
  'quantity("0.5").compareTo(quantity("500m")) == 0',
  'quantity("1k").isGreaterThan(quantity("999"))',
  'quantity("50k").isInteger() && quantity("50k").asInteger() == 50000 && !quantity("1.5").isInteger()',
  'quantity("-1").sign() == -1 && quantity("1").add(quantity("2")).sub(1) == quantity("2")',
  'isQuantity("1e3") && quantity("1e3") == quantity("1000") && !isQuantity("1.2.3") && !isQuantity("") && !isQuantity("1 Gi")',
  'semver("1.2.3").isLessThan(semver("1.10.0")) && semver("1.0.0-alpha.1").isLessThan(semver("1.0.0"))',
  'semver("1.2.3").minor() == 2 && !isSemver("v1.2.3") && !isSemver("1.2") && !isSemver("01.2.3")',
  'ip("2001:db8::68").family() == 6 && ip("127.0.0.1").isLoopback() && !isIP("127.0.0.01") && !isIP("::ffff:1.2.3.4")',
  'ip.isCanonical("2001:db8::abcd") && !ip.isCanonical("2001:DB8::ABCD")',
  'cidr("10.0.0.0/8").containsIP("10.1.2.3") && cidr("192.168.0.0/16").containsCIDR("192.168.10.0/24") && !cidr("::/0").containsIP("10.0.0.1")',
  'cidr("192.168.1.7/24").masked().prefixLength() == 24 && string(cidr("192.168.1.7/24").masked()) == "192.168.1.0/24" && !isCIDR("10.0.0.0/33")',
  'url("https://example.com:8080/a?b=c").getPort() == "8080" && url("https://example.com:80/").getHostname() == "example.com" && url("https://[::1]/").getHostname() == "::1"',
  'url("/path").getScheme() == "" && url("https://a/x?k=a&k=b").getQuery()["k"] == ["a", "b"] && !isURL("../relative") && !isURL("")',
  'sets.contains([1, 2, 3], [2]) && sets.equivalent([1, 1], [1]) && sets.intersects([1], [1, 2]) && !sets.intersects([], [1])',
  '"abc 123".find("[0-9]+") == "123" && "a1b22".findAll("[0-9]+") == ["1", "22"] && "a1b22".findAll("[0-9]+", 1) == ["1"] && "x".find("[0-9]") == ""',
  '[1, 2, 3].sum() == 6 && [3, 1].min() == 1 && [3, 1].max() == 3 && [1, 2].isSorted() && ["a", "b"].indexOf("b") == 1',
  '"%s-%s".format(["a", "b"]) == "a-b" && "%.2f".format([1.5]) == "1.50" && "%d %x".format([3, 255]) == "3 ff"',
  '"aaa".replace("a", "b", 2) == "bba" && "tacocat".charAt(3) == "o"',
  '"a\\nb".matches("^a.b$") == false && "a b".matches("^a\\\\sb$")',
  '{"a": 1}.?b.orValue(2) == 2 && {"a": 1}[?"a"].hasValue()',
])('%s', (text) => {
  expect(cel(text)).toBe(true);
});

test.each([
  'quantity("x")',
  'semver("1")',
  'ip("x")',
  'cidr("x")',
  'url("x y")',
  '"a".matches("(?i)a")',
  '[].min()',
  '1 + 1.5',
  '"%d".format(["a"])',
])('%s is an error, never an answer', (text) => {
  expect(() => cel(text)).toThrow();
});
