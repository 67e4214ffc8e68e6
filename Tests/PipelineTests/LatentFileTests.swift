import Foundation
import TensorIO
import Testing

/// Tests of `wgan-sample --latents` and `--save-latents`.
@Suite struct LatentFileTests {
  @Test(arguments: ["", "-n 300 --first 7", "--seed 5 --truncation 0.5 -n 9", "--interpolate 3:40"])
  func `samples of saved latent vectors are the same file`(_ options: String) throws {
    let shell = try workshop()
    try shell.run(
      """
      wgan-sample mlp-gp.bin \(options) -o plain
      wgan-sample mlp-gp.bin \(options) --save-latents z -o samples; cmp samples plain
      wgan-sample mlp-gp.bin --latents z -o again; cmp again plain
      wgan-sample mlp-gp.bin --latents - --threads 3 -o again < z; cmp again plain
      wgan-sample mlp-gp.bin \(options) -o /dev/null --save-latents - | cmp - z
      wgan-sample mlp-gp.bin \(options) --save-latents >(cat > piped) -o samples; cmp samples plain
      tensor-info z > summary; has '^z: latents, .*(ok)$' summary
      # If the samples cannot be written, the latent vectors stay as they were.
      echo old > kept; exits 74 wgan-sample mlp-gp.bin \(options) --save-latents kept -o /dev/full 2> /dev/null
      [ "$(cat kept)" = old ]; absent kept.partial
      """)
    let file = try TensorFile(shell.folder.appending(path: "z").path)
    let samples = try TensorFile(shell.folder.appending(path: "plain").path)
    #expect(file.header.entries.map(\.name) == ["latents"])
    let count = try #require(samples.header["images"]?.shape[0])
    #expect(file.header["latents"]?.shape == [count, 100])
    #expect(file.header.metadata["sample.seed"] == samples.header.metadata["sample.seed"])
  }

  @Test func `a selection of saved vectors is the same selection of the seed`() throws {
    let shell = try workshop()
    try shell.run(
      """
      wgan-sample mlp-gp.bin -n 20 --first 10 --save-latents z -o samples
      same() { wgan-sample mlp-gp.bin --latents z $1 -o a; wgan-sample mlp-gp.bin $2 -o b; cmp a b; }
      same '--first 4 -n 3' '--first 14 -n 3'
      same '--first 15' '--first 25 -n 5'
      same '--interpolate 19:2 --steps 5' '--interpolate 29:12 --steps 5'
      """)
  }

  @Test func `vectors of another program are used as they are, with their own metadata`() throws {
    let shell = try workshop()
    try shell.run("wgan-sample mlp-gp.bin -n 4 --save-latents z -o samples")
    let file = try TensorFile(shell.folder.appending(path: "z").path)
    let original = try #require(file.numbers(of: "latents", as: Float.self))
    let rows = (0..<4).map { Array(original[$0 * 100..<($0 + 1) * 100]) }
    // 3 − 1 + 2, rows in another order, and the first two rows as they were.
    let sum = (0..<100).map { rows[3][$0] - rows[1][$0] + rows[2][$0] }
    for (name, vectors) in [
      ("sum", [sum]), ("moved", [rows[2], rows[0]]), ("head", [rows[0], rows[1]]),
    ] {
      try shell.write(name, foreign(vectors))
    }
    // The metadata are those of the seed, and the vectors are not.
    let header = TensorHeader(
      kind: "latents", metadata: file.header.metadata,
      entries: [TensorEntry("latents", .f32, [2, 100])])
    try (rows[2] + rows[0]).withUnsafeBytes {
      try header.write([$0], to: OutputFile(shell.folder.appending(path: "lying").path))
    }
    try shell.run(
      """
      for name in sum moved head lying; do wgan-sample mlp-gp.bin --latents $name -o $name.images; done
      wgan-sample mlp-gp.bin --latents moved --first 1 -o second
      wgan-sample mlp-gp.bin --latents moved --interpolate 1:0 --steps 3 -o path
      """)
    func images(_ name: String) throws -> (numbers: [Float], metadata: [String: String]) {
      let file = try TensorFile(shell.folder.appending(path: name).path)
      return (try #require(file.numbers(of: "images")), file.header.metadata)
    }
    let samples = try images("samples").numbers
    func sample(_ index: Int) -> [Float] { Array(samples[index * 64..<(index + 1) * 64]) }
    #expect(try images("head.images").numbers == sample(0) + sample(1))
    for name in ["moved.images", "lying.images"] {
      let (numbers, metadata) = try images(name)
      #expect(numbers == sample(2) + sample(0))
      #expect(metadata["sample.seed"] == nil && metadata["sample.first"] == "0")
      #expect(try #require(metadata["sample.latents"]).hasPrefix("2x100 "))
    }
    #expect(try images("second").numbers == sample(0))
    let path = try images("path")
    #expect(path.numbers.count == 3 * 64 && path.metadata["sample.path"] == "1:0")
    #expect(Array(path.numbers[..<64]) == sample(0) && Array(path.numbers[128...]) == sample(2))
    #expect(try images("sum.images").numbers.count == 64)
    #expect(try images("sum.images").numbers != sample(0))
  }

  /// A file of the Python package safetensors with one tensor.
  private func foreign(_ vectors: [[Float]]) throws -> [UInt8] {
    let data = vectors.joined().flatMap { withUnsafeBytes(of: $0) { [UInt8]($0) } }
    return HostileContentTests.container(
      #"{"latents":{"dtype":"F32","shape":[\#(vectors.count),100],"data_offsets":[0,\#(data.count)]}}"#,
      data)
  }

  @Test(arguments: [
    ("--latents z --seed 0", "--latents cannot be combined with --seed"),
    ("--latents z --truncation 1", "--latents cannot be combined with --truncation"),
    ("--latents z --save-latents y", "--latents cannot be combined with --save-latents"),
    ("--latents z -n 5", "z: has 4 latent vectors, numbered from 0; -n needs number 4"),
    ("--latents z --first 4", "z: has 4 latent vectors, numbered from 0; --first needs number 4"),
    ("--latents z --first 3 -n 2", "z: has 4 latent vectors, numbered from 0; -n needs number 4"),
    (
      "--latents z --interpolate 1:4",
      "z: has 4 latent vectors, numbered from 0; --interpolate needs"
    ),
    ("--latents z --steps 3", "--steps needs --interpolate"),
    ("--save-latents no", "samples and latent vectors cannot both be written to no"),
    ("--save-latents ./no", "./no: is also the output of the samples; choose another file"),
    ("--save-latents mlp-gp.bin", "mlp-gp.bin: is also an input"),
    (
      "--save-latents samples -o samples",
      "samples and latent vectors cannot both be written to samples"
    ),
    ("--save-latents ./samples -o samples", "./samples: is also"),
    ("--save-latents - -o -", "samples and latent vectors cannot both be written to -"),
  ])
  func `options that contradict each other are an error`(
    _ options: String, _ message: String
  ) throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      wgan-sample mlp-gp.bin -n 4 --save-latents z -o samples; cp z kept; cp samples old
      exits 64 wgan-sample mlp-gp.bin -o no \(options)
      absent no no.partial samples.partial y; cmp z kept; cmp samples old
      """)
    #expect(result.standardError.hasPrefix("wgan-sample: \(message)"), "\(result)")
  }

  @Test func `the checkpoint and the vectors cannot both be standard input`() throws {
    let result = try Shell().run("wgan-sample --latents - < /dev/null", status: 64)
    #expect(result.standardError.contains("only one input can be standard input"))
  }
}
