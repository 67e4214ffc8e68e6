import Foundation
import TensorIO
import Testing

/// Tests of `wgan-export`: the generator alone as a checkpoint and as an ONNX model.
@Suite struct ExportTests {
  /// Checkpoints after a training step, so that running statistics differ from their initial values.
  private func trained(_ presets: [String]) throws -> Shell {
    let shell = try workshop(presets: presets)
    for preset in presets {
      try shell.run(
        "wgan-step \(preset).bin --data images.tensor --only generator --steps 1 -o \(preset).bin")
    }
    return shell
  }

  @Test(arguments: ["mlp-gp", "dcgan-clip", "keras-gp"])
  func `the generator alone gives the same samples and has only its tensors and settings`(
    _ preset: String
  ) throws {
    let shell = try trained([preset])
    try shell.run(
      """
      wgan-export \(preset).bin -o g.bin
      for options in '-n 300 --seed 4' '--interpolate 3:9'; do
        wgan-sample \(preset).bin $options -o samples; wgan-sample g.bin $options -o same; cmp same samples
      done
      wgan-export g.bin | cmp - g.bin
      wgan-export < \(preset).bin --format safetensors -o same.onnx; cmp same.onnx g.bin
      tensor-info g.bin > summary; has '^g.bin: checkpoint, .*(ok)$' summary
      """)
    let whole = try TensorFile(shell.folder.appending(path: "\(preset).bin").path)
    let file = try TensorFile(shell.folder.appending(path: "g.bin").path)
    #expect(
      file.header.entries == whole.header.entries.filter { $0.name.hasPrefix("generator.") })
    for entry in file.header.entries {
      #expect(file.checksum(of: entry.name) == whole.checksum(of: entry.name))
    }
    let keys = ["checkpoint.version", "config.generator", "config.image", "config.latent"]
    let metadata = file.header.metadata.filter { !$0.key.hasPrefix("tensorio.") }
    #expect(metadata.keys.sorted() == keys)
    for key in keys { #expect(metadata[key] == whole.header.metadata[key]) }
  }

  @Test func `a generator alone cannot be trained, scored with or continued`() throws {
    let shell = try workshop()
    try shell.run("wgan-export mlp-gp.bin -o g.bin")
    for command in [
      "wgan-step g.bin --data images.tensor --steps 1", "wgan-critic g.bin --data images.tensor",
      "wgan-init --from g.bin",
    ] {
      let result = try shell.run("\(command) -o no", status: 65)
      #expect(
        result.standardError
          == "\(command.prefix { $0 != " " }): g.bin: contains only the generator; use the checkpoint "
          + "that it was exported from\n")
    }
  }

  @Test(.requires("python3"))
  func `a checkpoint from which a program removed the other tensors is a generator`() throws {
    let shell = try trained(["mlp-gp", "dcgan-clip"])
    let program = try Page("docs/FORMATS.md").blocks(of: "python").first?.code ?? ""
    try shell.write("formats.py", Array(program.utf8))
    try shell.write(
      "strip.py",
      Array(
        """
        import sys
        from formats import *
        metadata, tensors = read(sys.argv[1])
        write(sys.argv[2], "checkpoint", metadata,
              {name: t for name, t in tensors.items() if name.startswith("generator.")})
        """.utf8))
    try shell.run(
      """
      for preset in mlp-gp dcgan-clip; do
        python3 strip.py $preset.bin g.bin
        wgan-sample $preset.bin -n 9 -o samples; wgan-sample g.bin -n 9 | cmp - samples
        wgan-export $preset.bin -o exported; wgan-export g.bin | cmp - exported
        exits 65 wgan-step g.bin --data images.tensor --steps 1 -o no
      done
      """)
  }

  @Test func `a damaged generator is a one-line error that names the tensor or the key`() throws {
    let shell = try workshop()
    try shell.run("wgan-export mlp-gp.bin -o g.bin")
    let file = try TensorFile(shell.folder.appending(path: "g.bin").path)
    func write(_ entries: [TensorEntry], _ metadata: [String: String]) throws {
      let data = try entries.map { try #require(file.bytes(of: $0.name)) }
      let header = TensorHeader(kind: "checkpoint", metadata: metadata, entries: entries)
      try header.write(data, to: OutputFile(shell.folder.appending(path: "bad.bin").path))
    }
    let (entries, metadata) = (file.header.entries, file.header.metadata)
    func changed(_ key: String, _ value: String?) -> [String: String] {
      var settings = metadata
      settings[key] = value
      return settings
    }
    for (bad, settings, message) in [
      (Array(entries.dropLast()), metadata, "has no tensor \(entries.last?.name ?? "")"),
      (entries, changed("config.latent", nil), "metadata has no config.latent"),
      (entries, changed("config.latent", "99"), "tensor generator.0.weight is F32 128x100"),
      (entries, changed("config.latent", "0"), "configuration: the latent size must be between 1"),
      (entries, changed("config.image", "1x9x9"), "configuration: the generator: the output has"),
      (entries, changed("config.average", "1"), "metadata \"config.average\" is unknown"),
    ] {
      try write(bad, settings)
      let result = try shell.run("wgan-sample bad.bin -o no", status: 65)
      #expect(result.standardError.hasPrefix("wgan-sample: bad.bin: \(message)"), "\(result)")
    }
  }

  /// The operators that each layer of a generator becomes.
  static let operators = [
    ("mlp-gp", "Gemm Relu Gemm Relu Gemm Tanh Reshape"),
    (
      "dcgan-clip",
      "Gemm Reshape BatchNormalization Relu ConvTranspose BatchNormalization Relu ConvTranspose Tanh"
    ),
    (
      "keras-gp",
      "Gemm BatchNormalization LeakyRelu Reshape Resize Conv BatchNormalization LeakyRelu "
        + "Resize Conv BatchNormalization LeakyRelu Resize Conv BatchNormalization Tanh"
    ),
    (
      "resnet-gp",
      "Gemm Reshape "
        + String(
          repeating:
            "BatchNormalization Relu Resize Conv BatchNormalization Relu Conv Resize Conv Add ",
          count: 3) + "BatchNormalization Relu Conv Tanh"
    ),
  ]

  @Test(arguments: operators)
  func `an ONNX model has the operators and the weights of the generator`(
    _ preset: String, _ operators: String
  ) throws {
    let shell = try workshop(presets: [preset])
    try shell.run("wgan-export \(preset).bin -o g.onnx; wgan-export \(preset).bin -o g.bin")
    let model = try ONNXFile(Array(shell.read("g.onnx")))
    let latent = preset == "mlp-gp" || preset == "dcgan-clip" ? 100 : 128
    #expect(model.fileVersion == 7 && model.operatorSets == ["": 13])
    #expect(model.nodes.map(\.type).joined(separator: " ") == operators)
    #expect(model.input == "latent Nx\(latent)" && model.output == "images Nx1x8x8")
    #expect(model.metadata["range"] == "-1,1")
    let file = try TensorFile(shell.folder.appending(path: "g.bin").path)
    for entry in file.header.entries {
      let bytes = try #require(file.bytes(of: entry.name))
      #expect(
        model.tensors[entry.name]
          == ONNXFile.Tensor(type: 1, shape: entry.shape, data: Array(bytes)), "\(entry.name)")
    }
    // Every weight is an input of one operator, and every other input was computed before.
    let used = model.nodes.flatMap(\.inputs).filter { $0.hasPrefix("generator.") }
    #expect(used.sorted() == file.header.entries.map(\.name).sorted())
    var known = Set(model.tensors.keys).union(["latent", ""])
    for node in model.nodes {
      #expect(known.isSuperset(of: node.inputs), "\(node)")
      #expect(known.insert(node.output).inserted)
    }
    #expect(model.nodes.last?.output == "images")
  }

  @Test func `the operators of an ONNX model have the settings of the layers`() throws {
    let shell = try workshop()
    try shell.write(
      "layers",
      Array(
        """
        dense 48 no-bias; batch-norm epsilon 0.25; dropout 0.5; reshape 3x4x4; layer-norm epsilon 0.5
        conv-transposed 5 kernel 5 stride 2 padding 2 output-padding 1 no-bias; leaky-relu 0.125
        zero-pad 3; crop 1; conv 7 kernel 3 stride 2 padding same; sigmoid; upsample 4; conv 2 kernel 1
        mean-pool 3; residual; conv 2 kernel 3 padding 1; shortcut; add; dense 64
        """.utf8))
    try shell.run(
      "wgan-init --preset mlp-gp --like images.tensor --generator layers | wgan-export --format onnx > g.onnx"
    )
    let model = try ONNXFile(Array(shell.read("g.onnx")))
    func integers(_ name: String) throws -> [Int] {
      let tensor = try #require(model.tensors[name])
      #expect(tensor.type == 7 && tensor.data.count == 8 * tensor.shape.reduce(1, *))
      return stride(from: 0, to: tensor.data.count, by: 8).map { start in
        Int(
          Int64(
            bitPattern: tensor.data[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
          ))
      }
    }
    func node(_ type: String, _ index: Int = 0) throws -> ONNXFile.Node {
      let nodes = model.nodes.filter { $0.type == type }
      try #require(nodes.count > index)
      return nodes[index]
    }
    func bits(_ number: Float) -> String { "\(number.bitPattern)" }
    #expect(
      model.nodes.map(\.type).joined(separator: " ")
        == "Gemm BatchNormalization Reshape Reshape InstanceNormalization Reshape Mul Add "
        + "ConvTranspose LeakyRelu Pad Slice Conv Sigmoid Resize Conv AveragePool Conv Add Reshape "
        + "Gemm Reshape")
    #expect(try node("Gemm").attributes == ["transB": "1"])
    #expect(try node("Gemm").inputs == ["latent", "generator.0.weight"])
    #expect(try node("BatchNormalization").attributes == ["epsilon": bits(0.25)])
    #expect(
      Array(try node("BatchNormalization").inputs.dropFirst())
        == ["weight", "bias", "running_mean", "running_var"].map { "generator.1.\($0)" })
    #expect(try node("InstanceNormalization").attributes == ["epsilon": bits(0.5)])
    #expect(try integers(node("Reshape", 1).inputs[1]) == [0, 1, 48])
    #expect(model.tensors["generator.4.weight"]?.shape == [3, 1, 1])
    #expect(
      try node("ConvTranspose").attributes == [
        "kernel_shape": "5 5", "strides": "2 2", "pads": "2 2 2 2", "output_padding": "1 1",
      ])
    #expect(model.tensors["generator.5.weight"]?.shape == [3, 5, 5, 5])
    #expect(try node("LeakyRelu").attributes == ["alpha": bits(0.125)])
    #expect(try integers(node("Pad").inputs[1]) == [0, 0, 3, 3, 0, 0, 3, 3])
    #expect(try node("Slice").inputs.dropFirst().map(integers) == [[1, 1], [-1, -1], [2, 3]])
    // 12 × 12 to 6 × 6: one row and column of zeros, behind.
    #expect(
      try node("Conv").attributes == [
        "kernel_shape": "3 3", "strides": "2 2", "pads": "0 0 1 1",
      ])
    let scales = try #require(model.tensors[try node("Resize").inputs[2]])
    #expect(scales.data == [1, 1, 4, 4].flatMap { withUnsafeBytes(of: Float($0)) { [UInt8]($0) } })
    #expect(
      try node("Resize").attributes == [
        "mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric",
      ])
    #expect(
      try node("AveragePool").attributes == ["kernel_shape": "3 3", "strides": "3 3"])
    #expect(try integers(node("Reshape", 3).inputs[1]) == [0, 128])
  }
}
