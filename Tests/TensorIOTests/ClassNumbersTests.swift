import Testing

@testable import TensorIO

@Suite struct ClassNumbersTests {
  func warning(_ numbers: some Sequence<Int>, classCount: Int? = nil) -> String? {
    var classes = ClassNumbers()
    for number in numbers { classes.insert(number) }
    return classes.warning(classCount: classCount)
  }

  @Test func `numbers between the smallest and the largest that do not occur are reported`() {
    #expect(warning([]) == nil)
    #expect(warning([1, 2], classCount: 4) == "no image has label 0, 3 (labels are 0 to 3)")
    #expect(warning([0, 1, 2, 3], classCount: 4) == nil)
    #expect(warning([7, 7]) == nil)
    #expect(warning([3, 1, 2, 1]) == nil)
    #expect(warning([9, 0, 1, 2, 4, 5, 7, 8]) == "no image has label 3, 6 (labels are 0 to 9)")
    #expect(
      warning([100, 120])
        == "no image has label 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, … (19 numbers) "
        + "(labels are 100 to 120)")
  }

  @Test func `numbers may be far apart, and their count is limited`() {
    #expect(warning([0, 1 << 53])?.contains("(9007199254740991 numbers)") == true)
    #expect(warning((0...65536).map { 2 * $0 }) == nil)
    #expect(warning((0..<65536).map { 2 * $0 })?.contains("(65535 numbers)") == true)
  }
}
