import ArgumentParser
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { TensorInfo.self }

struct TensorInfo: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tensor-info",
    abstract: "Say what a tensor file holds.",
    discussion: """
      Prints the kind, the verdict of the checksum, the metadata (of a checkpoint its configuration \
      and its progress), and of each tensor the type, the shape and the range of its numbers; of \
      labels how many there are of each. A file that is damaged is refused with status 65.

      EXAMPLES:
        tensor-info ckpt.bin
        tensor-info --json ckpt.bin | jq -r .metadata
        tensor-info --header ckpt.bin | awk '$1 == "progress.epoch" { print $2 }'

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "The tensor file; - is standard input.", completion: .file())
  var file = "-"

  @Flag(
    help: """
      Print one JSON object: path, kind, bytes, crc32 (null without one), checked (whether \
      that was found right: false with --header, null without one), metadata, and tensors with \
      name, type, shape, minimum, maximum, mean (null without a finite number), nan, infinite; \
      labels with counts.
      """)
  var json = false

  @Flag(
    help: """
      Read the header alone, and of a regular file the length: neither the checksum is checked nor \
      a number looked at, so it takes no time however large the file.
      """)
  var header = false

  func run() throws {
    let summary = try header ? FileSummary(header: InputFile(file)) : FileSummary(TensorFile(file))
    try StandardStream.write(json ? summary.json + "\n" : summary.text, to: 1)
  }
}
