import Foundation
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
    try file.write((1...9).map { line($0 * 5, $0) + "\n" }.joined() + "{\"epoch\":1,\"gener")
    var progress = TrainingProgress()
    (progress.criticSteps, progress.generatorSteps) = (27, 5)
    do {
      let log = try MetricsLog(file.path, keeping: progress)
      log.write(line(30, 6), unless: { false })
    }
    #expect(file.text == (1...6).map { line($0 * 5, $0) + "\n" }.joined())
    _ = try MetricsLog(file.path, keeping: TrainingProgress())
    #expect(file.text.isEmpty)
  }

  @Test(arguments: [
    "a diary\n", "no line end", "{\"my\":\"config\"}", "{\"epoch\":1}\n",
    "{\"critic_step\":1}\nwords\n",
  ])
  func `a file that is not a metrics log is refused and does not change`(_ text: String) throws {
    let file = ScratchFile()
    try file.write(text)
    let error = #expect(throws: FileError.self) {
      try MetricsLog(file.path, keeping: TrainingProgress())
    }
    #expect(error?.kind == .invalid)
    #expect(file.text == text)
  }

  @Test func `a write error of the log is reported at the end`() throws {
    let log = try MetricsLog("/dev/full", keeping: TrainingProgress())
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
