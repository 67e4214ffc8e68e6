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
