import Testing

/// A short resume test: it interrupts random runs. `make soak` runs it for longer.
@Suite struct SoakTests {
  @Test func `interrupted runs give the same bytes as uninterrupted runs`() throws {
    let shell = try Shell()
    let result = try shell.run("TMPDIR=$PWD \(Shell.checkout)/scripts/soak 10 7")
    let numbers = result.numbers
    try #require(numbers.count == 4, "\(result)")
    // The signals arrived during the training.
    #expect(numbers[0] == 10 && numbers[1] > 10 && numbers[2] + numbers[3] > 5, "\(result)")
  }
}
