// The CRC-32 against its published check value, and the sum of pieces against the sum of all.
import TestSupport
import Testing

@testable import TensorIO

@Suite struct ChecksumTests {
  @Test func `the check value of CRC-32 is cbf43926`() {
    var sum = Checksum()
    sum.append(Array("123456789".utf8).span)
    #expect(Checksum.digits(sum.value) == "cbf43926")
    #expect(Checksum.digits(0xA) == "0000000a")
  }

  @Test func `sums of pieces make the sum of all`() {
    var random = SplitMix(state: 7)
    let bytes = random.bytes(1000)
    var all = Checksum()
    all.append(bytes.span)
    for cut in [0, 1, 63, 500, 999, 1000] {
      var (first, second) = (Checksum(), Checksum())
      first.append(bytes.span.extracting(..<cut))
      second.append(bytes.span.extracting(cut...))
      first.append(sum: second.value, count: 1000 - cut)
      #expect(first.value == all.value)
    }
  }
}
