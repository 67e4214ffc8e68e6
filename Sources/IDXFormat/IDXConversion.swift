// From IDX to a tensor file, in one pass: what the tool `idx2tensor` does. The output is committed
// only when every input has proved to be whole.
import TensorIO

/// Converts images, and labels if there are any, to a tensor file of the kind "images".
///
/// The file has the tensor `images`, U8, N×C×H×W, with the metadata `range` = `0,255`, and, if
/// labels are given, `labels`, U8, N. A path of "-" is standard input; memory does not grow with
/// the files.
///
/// - Parameters:
///   - images: IDX of rank 3 (N×H×W, one channel) or 4 (N×C×H×W), plain or gzipped.
///   - labels: IDX of rank 1, one label for each image.
///   - progress: Called now and then with how many images are done, of how many.
///   - output: Where the tensor file goes; committed at the end. An error before that leaves a
///     pipe with a file that its reader finds cut short, and a path as it was.
///
/// Throws `.usage` when both are standard input, `.invalid` for a file that is not as described
/// or of which the number of labels is not that of the images, and what `InputFile` and
/// `OutputFile` throw.
public func convertIDX(
  images: String, labels: String?, to output: OutputFile,
  progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
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
        .invalid, reader.path, "has \(count) labels for the \(shape[0]) images of \(images)")
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
  case 4: return sizes
  case let rank:
    throw FileError(
      .invalid, reader.path,
      "is not images: rank is \(rank), not 3 (N×H×W) or 4 (N×C×H×W)\(rank == 1 ? "; labels?" : "")")
  }
}

private func labelCount(_ reader: IDXReader) throws(FileError) -> Int {
  let sizes = reader.header.dimensions
  guard sizes.count == 1 else {
    throw FileError(.invalid, reader.path, "is not labels: rank is \(sizes.count), not 1 (N)")
  }
  return sizes[0]
}
