import ArgumentParser
import TensorIO
import ToolSupport

@main
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

      \(exitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "The tensor file; - is standard input.", completion: .file())
  var file = "-"

  @Flag(
    help: """
      Print one JSON object: path, kind, bytes, crc32 (null without one), metadata, and tensors \
      with name, type, shape, minimum, maximum, mean (null without a finite number), nan, infinite; \
      labels with counts.
      """)
  var json = false

  func run() throws {
    let file = try TensorFile(file)
    let summary = FileSummary(file)
    try StandardStream.write(json ? summary.json + "\n" : summary.text, to: 1)
  }
}
