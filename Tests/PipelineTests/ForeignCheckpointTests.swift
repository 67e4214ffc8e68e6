import Foundation
import TensorIO
import Testing

/// Tests of checkpoints that another program, such as the Python package safetensors, saved again.
@Suite struct ForeignCheckpointTests {
  @Test func `a checkpoint that another program saved gives the same samples and training`() throws
  {
    let shell = try workshop()
    let original = try TensorFile(shell.folder.appending(path: "mlp-gp.bin").path)
    var metadata = original.header.metadata
    metadata["tensorio.version"] = nil
    metadata["format"] = "pt"
    try shell.write("again.bin", try safetensors(original, metadata))
    try shell.run(
      """
      wgan-sample mlp-gp.bin -n 3 -o samples; wgan-sample again.bin -n 3 2> notes | cmp - samples
      wgan-step mlp-gp.bin --data images.tensor --steps 2 -o next
      wgan-step again.bin --data images.tensor --steps 2 -o again.bin 2>> notes
      cmp again.bin next
      wgan-sample again.bin -n 3 -o samples 2>> notes
      """)
    let note = "again.bin: has no checksum, so damage to it is not detected\n"
    #expect(
      try String(decoding: shell.read("notes"), as: UTF8.self)
        == "wgan-sample: \(note)wgan-step: \(note)")
  }

  @Test func `an unknown setting is an error with its name`() throws {
    let shell = try workshop()
    let original = try TensorFile(shell.folder.appending(path: "mlp-gp.bin").path)
    for key in ["config.average", "progress.hours", "tensorio.kinds"] {
      var metadata = original.header.metadata
      metadata["tensorio.version"] = nil
      metadata[key] = "0.999"
      try shell.write("later.bin", try safetensors(original, metadata))
      let result = try shell.run("exits 65 wgan-sample later.bin -o no; absent no")
      #expect(
        result.standardError.contains("wgan-sample: later.bin: metadata \"\(key)\" is unknown"),
        "\(result)")
    }
  }

  @Test(.requires("python3"))
  func `a checkpoint with numbers of other types gives the samples of its values`() throws {
    let shell = try workshop(presets: ["mlp-gp", "dcgan-clip"])
    try shell.write(
      "make.py",
      Array(
        """
        from arrays import *
        metadata, tensors = read("mlp-gp.bin")
        kept = {k: v for k, v in metadata.items() if k != "crc32"}
        def convert(name, dtype, change, **others):
            safetensors(name, {k: (dtype, s, change(b)) for k, (_, s, b) in reversed(tensors.items())}, kept)
        def floats(b): return struct.unpack(f"{len(b) // 4}f", b)
        def upper(b): return b"".join(b[i + 2:i + 4] for i in range(0, len(b), 4))
        def zeroed(b): return b"".join(b"\\0\\0" + b[i + 2:i + 4] for i in range(0, len(b), 4))
        def half(b): return struct.pack(f"{len(b) // 4}e", *floats(b))
        def single(b): return struct.pack(f"{len(b) // 2}f", *struct.unpack(f"{len(b) // 2}e", b))
        convert("f32.bin", "F32", bytes)
        convert("f64.bin", "F64", lambda b: struct.pack(f"{len(b) // 4}d", *floats(b)))
        convert("f64more.bin", "F64", lambda b: struct.pack(f"{len(b) // 4}d", *[x * (1 + 2 ** -40) for x in floats(b)]))
        convert("bf16.bin", "BF16", upper); convert("bf16right.bin", "F32", zeroed)
        convert("f16.bin", "F16", half); convert("f16right.bin", "F32", lambda b: single(half(b)))
        convert("i8.bin", "I8", lambda b: bytes(len(b) // 4))
        convert("i8right.bin", "F32", lambda b: bytes(len(b)))
        convert("f8.bin", "F8_E4M3", lambda b: bytes(len(b) // 4))
        convert("f32stale.bin", "F32", bytes); safetensors("stale.bin", {**tensors, "generator.0.bias":
          ("F32", tensors["generator.0.bias"][1], bytes(len(tensors["generator.0.bias"][2])))}, metadata)
        safetensors("bare.bin", tensors)
        metadata, tensors = read("dcgan-clip.bin")
        del metadata["crc32"], metadata["tensorio.kind"], metadata["tensorio.version"]
        norms = [k[:-len("running_mean")] for k in tensors if k.endswith("running_mean")]
        counts = {k + "num_batches_tracked": ("I64", (), bytes(8)) for k in norms}
        safetensors("counted.bin", {**counts, **tensors}, metadata)
        safetensors("miscounted.bin", {**tensors, "generator.0.num_batches_tracked": ("I64", (), bytes(8))}, metadata)
        """.utf8))
    let result = try shell.run(
      """
      PYTHONPATH='\(Shell.checkout)/Tests/Fixtures' python3 make.py
      sample() { wgan-sample $1.bin -n 3 2> $1.notes | cat > $1.samples; }
      for name in mlp-gp f32 f64 f64more bf16 bf16right f16 f16right i8 i8right dcgan-clip counted; do sample $name; done
      cmp f32.samples mlp-gp.samples; cmp f64.samples mlp-gp.samples; cmp f64more.samples mlp-gp.samples
      cmp bf16.samples bf16right.samples; cmp f16.samples f16right.samples; cmp i8.samples i8right.samples
      cmp counted.samples dcgan-clip.samples; differ bf16.samples mlp-gp.samples
      wgan-step f64.bin --data images.tensor --steps 2 2> /dev/null -o a
      wgan-step mlp-gp.bin --data images.tensor --steps 2 -o b; cmp a b
      grep -c . f32.notes f64.notes bf16.notes f64more.notes
      has 'f64more.bin: [0-9]* of [0-9]* converted values are rounded to single precision' f64more.notes
      for name in f8 stale bare miscounted; do exits 65 wgan-sample $name.bin -o no; done; absent no
      """)
    #expect(result.text == "f32.notes:1\nf64.notes:1\nbf16.notes:1\nf64more.notes:2\n")
    for message in [
      "f8.bin: tensor optimizer.critic.exp_avg_sq.4.bias is F8_E4M3 1 (expected F32 1)",
      "stale.bin: is corrupted: wrong checksum",
      "a program that changes the file must remove crc32",
      "bare.bin: is not a checkpoint: metadata has no tensorio.kind; a program that saves a checkpoint again",
      "miscounted.bin: tensor generator.0.num_batches_tracked is unknown",
    ] {
      #expect(result.standardError.contains(message), "\(message)\n\(result.standardError)")
    }
  }

  /// The file as other programs write it: without a checksum, and with tensors sorted by name.
  private func safetensors(_ file: TensorFile, _ metadata: [String: String]) throws -> [UInt8] {
    var header: [String: Any] = ["__metadata__": metadata]
    var data: [UInt8] = []
    for entry in file.header.entries.sorted(by: { $0.name < $1.name }) {
      let bytes = try #require(file.bytes(of: entry.name))
      header[entry.name] = [
        "dtype": "F32", "shape": entry.shape,
        "data_offsets": [data.count, data.count + bytes.count],
      ]
      data += bytes
    }
    let json = try JSONSerialization.data(withJSONObject: header, options: .sortedKeys)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { [UInt8]($0) } + json + data
  }
}
