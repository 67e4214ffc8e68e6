import Testing

/// Random trainings torn to pieces by steps, signals and pipes; `make soak` does the same for long.
@Suite struct SoakTests {
  @Test func `trainings that are torn to pieces end in the bytes of calm ones`() throws {
    let shell = try Shell()
    let result = try shell.run("TMPDIR=$PWD \(Shell.checkout)/scripts/soak 10 7")
    let numbers = result.numbers
    try #require(numbers.count == 4, "\(result)")
    // The signals came while there was work to do.
    #expect(numbers[0] == 10 && numbers[1] > 10 && numbers[2] + numbers[3] > 5, "\(result)")
  }
}
