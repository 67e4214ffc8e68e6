// Converts IDX to a tensor file, in one pass: the work of the tool `idx2tensor`. The output is committed
// only after every input has been validated to its end.
import TensorIO

/// Converts images, and optionally their labels, to a tensor file of the kind `images`.
///
/// The output has the tensor `images`, U8, N×C×H×W, with the metadata `range` = `0,255`, and with labels
/// the tensor `labels`, U8, N. Memory does not grow with the files.
///
/// - Parameters:
///   - images: An IDX file of rank 3 (N×H×W, one channel) or 4 (N×C×H×W), plain or gzipped; `-` is
///     standard input.
///   - labels: An IDX file of rank 1 with one label per image; `-` is standard input.
///   - output: Where the tensor file goes; committed at the end. After an error, a path is unchanged,
///     and a pipe ends with a truncated file.
///   - progress: Called regularly with the number of images converted and their total number.
/// - Throws: `.usage` if both inputs are standard input; `.invalid` if a file is not as described or the
///   number of labels is not the number of images; what `InputFile` and `OutputFile` throw.
public func convertIDX(
  images: String, labels: String?, to output: OutputFile,
  progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
) throws(FileError) {
  guard images != "-" || labels != "-" else {
    throw FileError(.usage, "standard input", "cannot be both the images and the labels")
  }
  var readers = [try IDXReader(images)]
  let shape = try imageShape(readers[0])
  var entries = [TensorEntry("images", .u8, shape)]
  if let labels {
    let reader = try IDXReader(labels)
    let count = try labelCount(reader)
    guard count == shape[0] else {
      throw FileError(
        .invalid, reader.path,
        "number of labels does not match the images in \(images) (expected \(shape[0]), found "
          + "\(count))")
    }
    readers.append(reader)
    entries.append(TensorEntry("labels", .u8, [count]))
  }

  let header = TensorHeader(kind: "images", metadata: ["range": "0,255"], entries: entries)
  let writer = try TensorWriter(header, to: output)
  var buffer = [UInt8](repeating: 0, count: 1 << 20)
  for reader in readers {
    var done = 0
    while case let count = try reader.read(into: &buffer), count > 0 {
      try writer.write(buffer.span.extracting(..<count))
      done += count
      progress(done * shape[0] / reader.header.byteCount, shape[0])
    }
  }
  try writer.finish()
}

/// N×C×H×W.
private func imageShape(_ reader: IDXReader) throws(FileError) -> [Int] {
  let sizes = reader.header.dimensions
  switch sizes.count {
  case 3: return [sizes[0], 1, sizes[1], sizes[2]]
  case 4:
    guard !AxisOrder.isProbablyChannelsLast(sizes) else {
      throw FileError(
        .invalid, reader.path,
        "has shape \(TensorEntry.shown(sizes)), which is probably N x H x W x C (expected N x C x H x W); "
          + "transpose it")
    }
    return sizes
  case let rank:
    throw FileError(
      .invalid, reader.path,
      "does not contain images (expected rank 3, N×H×W, or rank 4, N×C×H×W; found rank \(rank))"
        + (rank == 1 ? "; give labels with --labels" : ""))
  }
}

private func labelCount(_ reader: IDXReader) throws(FileError) -> Int {
  let sizes = reader.header.dimensions
  guard sizes.count == 1 else {
    throw FileError(
      .invalid, reader.path,
      "does not contain labels (expected rank 1, N; found rank \(sizes.count))")
  }
  return sizes[0]
}
