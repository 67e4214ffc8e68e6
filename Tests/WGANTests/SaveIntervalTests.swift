import Testing

@testable import WGAN

@Suite struct SaveIntervalTests {
  @Test(arguments: [
    (0, 1), (1, 1), (50, 1), (51, 2), (100, 2), (101, 5), (250, 5), (251, 10), (500, 10),
    (1000, 20), (1001, 50), (999_999_999, 20_000_000), (Int.max, 200_000_000_000_000_000),
  ])
  func `a known last epoch gives at most 50 checkpoints`(_ lastEpoch: Int, _ epochs: Int) {
    #expect(SaveInterval(upTo: lastEpoch).epochs == epochs)
  }

  @Test func `a time limit widens the interval while checkpoints come faster than 20 per limit`() {
    var interval = SaveInterval(from: 0, within: 100)
    var intervals: [Int] = []
    for lap in [6.0, 4.9, 1, 5, 0, 7, 2] {
      interval.adapt(to: lap)
      intervals.append(interval.epochs)
    }
    #expect(intervals == [1, 2, 5, 5, 10, 10, 20])
    #expect(
      [0, 20, 21, 41, 101].map { SaveInterval(from: $0, within: 1).epochs } == [1, 1, 2, 5, 10])
    var fixed = SaveInterval(epochs: 3)
    fixed.adapt(to: 0)
    #expect(fixed.epochs == 3)
  }

  @Test func `a checkpoint is due at the end of a multiple of the interval`() {
    var progress = TrainingProgress()
    let interval = SaveInterval(epochs: 3)
    var due: [Int] = []
    for epoch in 0...7 {
      (progress.epoch, progress.batch) = (epoch, 0)
      if interval.isDue(at: progress) { due.append(epoch) }
      progress.batch = 1
      #expect(!interval.isDue(at: progress))
    }
    #expect(due == [3, 6])
  }
}
