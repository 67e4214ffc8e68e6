import Foundation
import Testing

/// Tests of `metrics2tb` with files and pipes.
@Suite struct TensorBoardTests {
  private func folder() throws -> Shell {
    let shell = try workshop()
    try shell.run(
      "wgan-step mlp-gp.bin --data images.tensor --epochs 3 --metrics metrics.jsonl -o trained.bin")
    return shell
  }

  /// The data of each TFRecord.
  private func records(_ file: Data) -> [Data] {
    var records: [Data] = []
    var rest = Array(file)[...]
    while rest.count >= 12 {
      let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= length + 16 else { break }
      records.append(Data(rest.dropFirst(12).prefix(length)))
      rest = rest.dropFirst(length + 16)
    }
    #expect(rest.isEmpty)
    return records
  }

  @Test func `each metrics line is an event, after the version event`() throws {
    let shell = try folder()
    try shell.run(
      "metrics2tb metrics.jsonl -o events; metrics2tb < metrics.jsonl | cmp - events")
    let lines = String(decoding: try shell.read("metrics.jsonl"), as: UTF8.self)
      .split(separator: "\n")
    let records = records(try shell.read("events"))
    #expect(records.count == lines.count + 1 && lines.count > 1)
    #expect(records[0].range(of: Data("brain.Event:2".utf8)) != nil)
    for (number, record) in records.dropFirst().enumerated() {
      #expect(record[9...10] == Data([0x10, UInt8(number + 1)]), "the step of line \(number + 1)")
      let scalar = Data([0x0A, 16]) + Data("wgan/wasserstein".utf8) + Data([0x15])
      let place = try #require(record.range(of: scalar)?.upperBound)
      let value = record[place..<place + 4].reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
      #expect(lines[number].contains("\"wasserstein\":"))
      let text = try #require(lines[number].split(separator: "\"wasserstein\":").last)
      #expect(Float(bitPattern: value) == Float(try #require(Double(text.prefix { $0 != "," }))))
    }
  }

  @Test func `each line is converted as soon as it arrives`() throws {
    let shell = try folder()
    try shell.run(
      """
      head -n 2 metrics.jsonl | metrics2tb > two
      mkfifo pipe; metrics2tb < pipe > events & exec 3> pipe
      head -n 2 metrics.jsonl >&3; await 'cmp -s events two'
      tail -n +3 metrics.jsonl | head -c 20 >&3; sleep 0.05; cmp events two
      tail -n +3 metrics.jsonl | tail -c +21 >&3; exec 3>&-; wait $!
      metrics2tb metrics.jsonl | cmp - events
      """)
  }

  @Test func `an incomplete last line is ignored`() throws {
    let shell = try folder()
    try shell.run(
      """
      metrics2tb metrics.jsonl > all; head -n -1 metrics.jsonl | metrics2tb > less
      differ all less
      for cut in 1 10 100; do head -c -$((cut + 1)) metrics.jsonl | metrics2tb | cmp - less; done
      head -c -1 metrics.jsonl | metrics2tb | cmp - all
      """)
  }

  @Test func `--start sets the time of the first event`() throws {
    let shell = try folder()
    try shell.run(
      """
      metrics2tb metrics.jsonl --start 1500000000 > later; metrics2tb metrics.jsonl > events
      differ later events
      cmp <(wc -c < later) <(wc -c < events)
      """)
    let time = records(try shell.read("later"))[0][1..<9]
    #expect(
      time.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) } == 1_500_000_000.0.bitPattern)
  }
}
