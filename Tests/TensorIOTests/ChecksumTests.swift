// CRC-32: its published check value, and combining the checksums of pieces.
import TestSupport
import Testing

@testable import TensorIO

@Suite struct ChecksumTests {
  @Test func `the CRC-32 of the standard check input is cbf43926`() {
    var checksum = Checksum()
    checksum.append(Array("123456789".utf8).span)
    #expect(Checksum.digits(checksum.value) == "cbf43926")
    #expect(Checksum.digits(0xA) == "0000000a")
  }

  @Test func `checksums of two pieces combine into the checksum of both`() {
    var random = SplitMix(state: 7)
    let bytes = random.bytes(1000)
    var all = Checksum()
    all.append(bytes.span)
    for cut in [0, 1, 63, 500, 999, 1000] {
      var (first, second) = (Checksum(), Checksum())
      first.append(bytes.span.extracting(..<cut))
      second.append(bytes.span.extracting(cut...))
      first.append(checksum: second.value, count: 1000 - cut)
      #expect(first.value == all.value)
    }
  }
}
