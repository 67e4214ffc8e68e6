import Foundation
import TensorIO
import Testing

@testable import Engine
@testable import WGAN

/// The checkpoints of every released version stay readable, and their runs continue. A release adds
/// its version to `cases`.
/// `scripts/make_checkpoint_fixtures.py` wrote them with the tools of that version.
@Suite struct CheckpointFixtureTests {
  /// What the tools of a version stored in one checkpoint.
  struct Fixture: Decodable {
    let metadata: [String: String]
    /// The digest of the tensors, and that after one more step of the tools of that version.
    let tensors: String, next: String
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let version: String, preset: String
    var testDescription: String { "\(version), \(preset)" }
  }

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/checkpoints")
  static let cases = ["0.1.0"].flatMap { version in
    Preset.all.map { Case(version: version, preset: $0.name) }
  }

  @Test(arguments: cases)
  func `a checkpoint of a released version keeps its meaning when it is written again`(
    _ fixture: Case
  ) throws {
    let expected = try record(fixture)
    let file = try file(fixture)
    #expect(try digest(file) == expected.tensors)
    let written = try write(TrainingState(file))
    #expect(try digest(written) == expected.tensors)
    // Keys that were added since then have the defaults, which mean what their absence meant.
    let defaults = Dictionary(
      uniqueKeysWithValues: CheckpointMetadata.fields.compactMap { field in
        field.defaultText.map { (field.key, $0) }
      })
    for (key, value) in written.header.metadata {
      #expect(value == expected.metadata[key] ?? defaults[key], "\(key)")
    }
    #expect(Set(expected.metadata.keys).isSubset(of: written.header.metadata.keys))
  }

  @Test(arguments: cases)
  func `a run of a released version continues`(_ fixture: Case) throws {
    let expected = try record(fixture)
    let state = try TrainingState(file(fixture))
    let images = try scratchImages(count: 14, shape: [1, 8, 8])
    let trainer = try Trainer(state, images: images.images(), pool: ThreadPool(count: 2))
    let plan = TrainingPlan(trainer, .both, to: .steps(1))
    while !plan.isFinished(at: state.progress) { _ = try trainer.step(.both) }
    let count = try #require(expected.metadata["progress.generator_steps"].flatMap { Int($0) })
    #expect(state.progress.generatorSteps == count + 1)
    // The bits are those of that version's tools for as long as the arithmetic is the same.
    let isSameArithmetic = expected.metadata["progress.arithmetic"] == "\(Arithmetic())"
    #expect(try digest(write(state)) == expected.next || !isSameArithmetic)
  }

  private func record(_ fixture: Case) throws -> Fixture {
    let path = Self.folder.appending(path: "\(fixture.version)/checkpoints.json")
    let record = try JSONDecoder().decode([String: Fixture].self, from: Data(contentsOf: path))
    return try #require(record[fixture.preset])
  }

  private func file(_ fixture: Case) throws -> TensorFile {
    let name = "\(fixture.version)/\(fixture.preset).checkpoint"
    return try TensorFile(Self.folder.appending(path: name).path)
  }

  private func write(_ state: TrainingState) throws -> TensorFile {
    let path = ScratchFile()
    try state.write(to: OutputFile(path.path))
    return try withExtendedLifetime(path) { try TensorFile(path.path) }
  }

  /// The CRC-32s of all tensors, folded.
  private func digest(_ file: TensorFile) throws -> String {
    let sums = try file.header.entries.map { try #require(file.checksum(of: $0.name)) }
    return String(sums.reduce(UInt64(0)) { $0 &* 0x9E37_79B9_7F4A_7C15 &+ UInt64($1) }, radix: 16)
  }
}
