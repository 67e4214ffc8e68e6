import ArgumentParser
import TensorIO
import ToolSupport

/// The tool, which its own executable and `wgan` run.
package var tool: any Tool.Type { TensorInfo.self }

struct TensorInfo: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tensor-info",
    abstract: "Print the metadata and the tensors of a tensor or NumPy file.",
    usage: "tensor-info [--json] [--header] [FILE]",
    discussion: """
      Prints the kind of the file, the result of the checksum, the metadata (for a checkpoint, its \
      configuration and progress), and for each tensor its type, shape, minimum, maximum and mean; for \
      labels, also the number of images with each label. A corrupted file is an error (status 65).

      Reads every safetensors file, .npy and .npz. An array of a .npy file has the name arr_0. There are \
      no statistics of complex numbers and of numbers with less than 16 bits.

      EXAMPLES:
        tensor-info ckpt.bin
        tensor-info --json ckpt.bin | jq -r .metadata
        tensor-info --header ckpt.bin | awk '$1 == "progress.epoch" { print $2 }'

      \(readerExitStatusHelp)
      """,
    version: toolVersion)

  @Argument(help: "Tensor file, or .npy or .npz file; - is standard input.", completion: .file())
  var file = "-"

  @Flag(
    help: """
      Print one JSON object with the members path, kind, bytes, crc32 (null if there is none), \
      checked (true if the checksum is right, false with --header, null if there is none), metadata \
      and tensors. A tensor has the members name, type, shape, minimum, maximum, mean (null if no \
      number is finite), nan and infinite; labels also have counts.
      """)
  var json = false

  @Flag(
    help: """
      Read only the header, and check the size of a regular file. The checksum and the data are not \
      read, so the time does not depend on the size of the file.
      """)
  var header = false

  func run() throws {
    let (summary, notes) = try header ? headerSummary() : wholeSummary()
    for note in notes { Self.report("\(file == "-" ? "standard input" : file): \(note)") }
    try StandardStream.write(json ? "\(summary.json)\n" : summary.text, to: 1)
  }

  private func headerSummary() throws -> (FileSummary, notes: [String]) {
    let input = try InputFile(file)
    let (header, notes) = try TensorFile.header(of: input)
    return (FileSummary(input.path, header), notes)
  }

  private func wholeSummary() throws -> (FileSummary, notes: [String]) {
    let tensors = try TensorFile.arrays(file)
    return (FileSummary(tensors), tensors.notes)
  }
}
