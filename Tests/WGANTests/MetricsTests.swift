import Foundation
import MetricsFormat
import TensorIO
import Testing

@testable import Engine
@testable import WGAN

@Suite struct MetricsTests {
  private func line(_ critic: Int, _ generator: Int) -> String {
    var report = StepReport(epoch: 1, rates: LearningRates(critic: 5e-5, generator: 1e-4))
    (report.criticStep, report.generatorStep) = (critic, generator)
    report.critic = CriticMetrics(real: 1.5, fake: -0.25, penalty: nil, gradientNorm: nil)
    return report.json(seconds: 0.125)
  }

  @Test func `a line is a JSON object with every field, and the estimate is real minus fake`()
    throws
  {
    let object = try JSONSerialization.jsonObject(with: Data(line(5, 1).utf8))
    let fields = try #require(object as? [String: Any])
    #expect(
      Set(fields.keys) == [
        "epoch", "generator_step", "critic_step", "wasserstein", "penalty", "gradient_norm",
        "critic_real", "critic_fake", "lr_critic", "lr_generator", "seconds",
      ])
    #expect(fields["wasserstein"] as? Double == 1.75)
    #expect(fields["penalty"] is NSNull)
    #expect(fields["lr_critic"] as? Double == 5e-5)
    #expect(fields["seconds"] as? Double == 0.125)
  }

  @Test func `pitfall 1: the estimate is real minus fake, and every value has its own field`()
    throws
  {
    let report = CriticMetrics(real: 3, fake: 1, penalty: 0.5, gradientNorm: 1.25)
    #expect(report.wasserstein == 2 && report.objective == 1 - 3 + 0.5)
    let fields = try self.fields(report, generator: nil)
    for (name, number) in [
      ("wasserstein", 2), ("penalty", 0.5), ("gradient_norm", 1.25), ("critic_real", 3),
      ("critic_fake", 1),
    ] { #expect(fields[name] == number) }
    #expect(!fields.keys.contains { $0.contains("loss") })
  }

  @Test func `pitfall 2: the progress line shows W, which an offset of the critic does not change`()
    throws
  {
    func report(offset: Double) -> StepReport {
      var report = StepReport(epoch: 1, rates: LearningRates(critic: 5e-5, generator: 1e-4))
      report.critic = CriticMetrics(
        real: 3 + offset, fake: 1 + offset, penalty: 0.5, gradientNorm: 1.25)
      report.generator = 1.5 + offset
      return report
    }
    // The loss of the generator changes with the offset, so neither the line nor the log contains
    // it.
    let (plain, moved) = (report(offset: 0), report(offset: 100))
    #expect(plain.summary(lastEpoch: nil).contains("wasserstein 2.0"))
    #expect(plain.summary(lastEpoch: 3) == moved.summary(lastEpoch: 3))
    let fields = try [plain, moved].map { try self.fields($0) }
    #expect(fields[0]["wasserstein"] == 2)
    let differing = fields[0].keys.filter { fields[0][$0] != fields[1][$0] }
    #expect(Set(differing) == ["critic_real", "critic_fake"])
  }

  private func fields(_ critic: CriticMetrics, generator: Double?) throws -> [String: Double] {
    var report = StepReport(epoch: 1, rates: LearningRates(critic: 5e-5, generator: 1e-4))
    (report.critic, report.generator) = (critic, generator)
    return try fields(report)
  }

  /// The numbers in a line.
  private func fields(_ report: StepReport) throws -> [String: Double] {
    let object = try JSONSerialization.jsonObject(with: Data(report.json(seconds: 0).utf8))
    return try #require(object as? [String: Any]).compactMapValues { $0 as? Double }
  }

  @Test func `lines of the log after the checkpoint are removed, and writing continues`() throws {
    let file = ScratchFile()
    let lines = (1...9).map { $0 == 1 ? identified(5, 1) : line($0 * 5, $0) }.map { $0 + "\n" }
    let text = lines.joined() + "{\"epoch\":1,\"gener"
    try file.write(text)
    var progress = TrainingProgress()
    (progress.criticSteps, progress.generatorSteps) = (27, 5)
    do {
      let log = try open(file, keeping: progress)
      #expect(file.text == text && log.linesAfterCheckpoint == 5 && !log.isUnidentified)
      log.write(line(30, 6), unless: { false })
    }
    #expect(file.text == lines[..<6].joined())
    let log = try open(file)
    log.start()
    #expect(file.text.isEmpty)
    log.write(line(5, 1), unless: { false })
    #expect(file.text == lines[0])
  }

  @Test func `opening a log reads its beginning and its end, whatever its length`() throws {
    func bytesRead(_ count: Int) throws -> Int {
      let file = ScratchFile()
      let lines = (2...count).map { line($0 * 5, $0) }
      try file.write(([identified(5, 1)] + lines + [""]).joined(separator: "\n"))
      var progress = TrainingProgress()
      (progress.criticSteps, progress.generatorSteps) = (5 * count - 50, count - 10)
      let log = try open(file, keeping: progress)
      #expect(log.linesAfterCheckpoint == 10)
      return log.bytesRead
    }
    let counts = try [1000, 50_000].map(bytesRead)
    #expect(counts[0] == counts[1] && counts[0] < 1 << 15, "\(counts)")
  }

  @Test func `lines that span blocks are read from the end`() throws {
    let file = ScratchFile()
    // 16,384 is a multiple of no line length here.
    let texts = (0..<3000).map { String(repeating: "x", count: 1 + $0 * 7 % 4090) }
    try file.write(texts.map { $0 + "\n" }.joined())
    let descriptor = Glibc.open(file.path, O_RDONLY)
    defer { close(descriptor) }
    var tail = FileTail(descriptor, size: file.bytes.count, path: file.path)
    var (end, found) = (file.bytes.count, [String]())
    while end > 0 {
      let start = try tail.lineStart(before: end - 1)
      found.append(String(decoding: try tail.bytes(start..<end - 1), as: UTF8.self))
      end = start
    }
    let isSame = Array(found.reversed()) == texts
    #expect(isSame)
  }

  @Test func `a log of another run, or with later lines and no identity, is refused`() throws {
    let file = ScratchFile()
    for (text, message) in [
      (identified(5, 1, run: "ffffffff") + "\n", "belongs to run ffffffff, and c to run 0a1b2c3d;"),
      (
        line(5, 1) + "\n" + line(10, 2) + "\n", "does not identify its run and has 2 lines after c;"
      ),
    ] {
      try file.write(text)
      let error = #expect(throws: FileError.self) { try open(file) }
      #expect(error?.kind == .invalid && error?.message.contains(message) == true, "\(message)")
      #expect(file.text == text)
    }
    var progress = TrainingProgress()
    (progress.criticSteps, progress.generatorSteps) = (10, 2)
    #expect(try open(file, keeping: progress).isUnidentified)
  }

  private func open(_ file: ScratchFile, keeping progress: TrainingProgress = TrainingProgress())
    throws -> MetricsLog
  {
    try MetricsLog(file.path, of: "0a1b2c3d", checkpoint: "c", keeping: progress)
  }

  private func identified(_ critic: Int, _ generator: Int, run: String = "0a1b2c3d") -> String {
    MetricsLine.identified(line(critic, generator), run: run)
  }

  @Test(arguments: [
    "a diary\n", "no line end", "{\"my\":\"config\"}", "{\"epoch\":1}\n",
    "{\"critic_step\":1}\nwords\n",
  ])
  func `a file that is not a metrics log is refused and does not change`(_ text: String) throws {
    let file = ScratchFile()
    try file.write(text)
    let error = #expect(throws: FileError.self) {
      try open(file)
    }
    #expect(error?.kind == .invalid)
    #expect(file.text == text)
  }

  @Test func `a write error of the log is reported at the end`() throws {
    let log = try MetricsLog(
      "/dev/full", of: "0a1b2c3d", checkpoint: "c", keeping: TrainingProgress())
    log.write(line(1, 1), unless: { false })
    #expect(throws: FileError.self) { try log.check() }
  }

  @Test func `a line is due when the step count is a multiple of the interval`() {
    var report = StepReport(epoch: 1, rates: LearningRates(critic: 1, generator: 1))
    (report.criticStep, report.generatorStep) = (10, 3)
    #expect(report.isDue(every: 5, trained: .critic) && !report.isDue(every: 1, trained: .both))
    report.generator = 0.5
    #expect(report.isDue(every: 3, trained: .both) && !report.isDue(every: 2, trained: .generator))
  }
}
