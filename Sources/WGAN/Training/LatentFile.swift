import Engine
import TensorIO

/// The latent vectors of a file: the tensor `latents`, F32, N × latent size.
///
/// Any program can write such a file. One that ``Latents/write(size:to:)`` wrote also has the metadata
/// `sample.*`, which are the selection of a seed's vectors. They are used only if they give exactly the
/// vectors in the file, so a program that changes the vectors need not change the metadata.
public struct LatentFile: Sendable {
  /// The number of vectors.
  public let count: Int
  /// An identification of the vectors: their number, their size and the CRC-32 of their bytes.
  public let fingerprint: String
  /// The seed's vectors that are in the file; `nil` if there are other vectors in it.
  let origin: Latents?
  private let vectors: StoredTensor<Float>
  private let size: Int

  /// Reads the vectors of a file, which stays open.
  ///
  /// - Parameters:
  ///   - file: A file of kind `latents`, or of another program, with no other tensor.
  ///   - size: The latent size of the generator.
  /// - Throws: `FileError` if the file has no such vectors, more than 2³² − 1 of them, vectors of
  ///   another size, or a value that is not finite.
  public init(_ file: TensorFile, size: Int) throws(FileError) {
    if file.header.kind != nil { try file.require(kind: "latents") }
    if let other = file.header.entries.first(where: { $0.name != "latents" }) {
      throw FileError(
        .invalid, file.path, "tensor \(quoted(other.name)) is unknown (expected only latents)")
    }
    guard let entry = file.header["latents"] else {
      throw FileError(.invalid, file.path, "has no tensor latents")
    }
    let found = "\(entry.type.rawValue) \(entry.shape)"
    guard entry.type == .f32, entry.shape.count == 2, entry.shape[1] == size else {
      throw FileError(
        .invalid, file.path, "tensor latents is \(found) (expected F32 [N, \(size)])")
    }
    guard entry.shape[0] > 0, let vectors = StoredTensor<Float>("latents", in: file) else {
      throw FileError(.invalid, file.path, "has no latent vectors")
    }
    guard entry.shape[0] <= Int(UInt32.max) else {
      throw FileError(.invalid, file.path, "has more than 4294967295 latent vectors")
    }
    guard Float.allWithin(vectors, bound: .greatestFiniteMagnitude) else {
      throw FileError(.invalid, file.path, "tensor latents has a value that is not finite")
    }
    (self.vectors, self.size, count) = (vectors, size, entry.shape[0])
    fingerprint = "\(count)x\(size) \(Checksum.digits(file.checksum(of: "latents") ?? 0))"
    let origin = Latents(metadata: file.header.metadata, count: count)
    self.origin = origin.flatMap { [vectors, size] in $0.equal(vectors, size: size) ? $0 : nil }
  }

  /// Copies the vectors from number `first` on, one per column.
  func copy(into columns: MatrixView<Float>, from first: Int) {
    vectors.copy(into: columns, from: first, size: size)
  }
}

extension StoredTensor<Float> {
  /// Copies rows of `size` elements from number `first` on, one per column.
  fileprivate func copy(into columns: MatrixView<Float>, from first: Int, size: Int) {
    let rows = (0..<columns.columns).map { UInt32(first + $0) }
    Float.gather(self, size: size, from: 0, rows.span, into: columns)
  }
}

extension Latents {
  /// The metadata of a file with these vectors, or with their images.
  var metadata: [String: String] {
    var metadata: [String: String] = [:]
    switch source {
    case .seed(let seed, let threshold):
      metadata["sample.seed"] = "\(seed)"
      metadata["sample.truncation"] = threshold.map { "\($0)" }
    case .file(let file): metadata["sample.latents"] = file.fingerprint
    }
    switch selection {
    case .samples(let first): metadata["sample.first"] = "\(first)"
    case .path(let start, let end): metadata["sample.path"] = "\(start):\(end)"
    }
    return metadata
  }

  /// The vectors of a seed that `metadata` describes; `nil` if it describes none.
  fileprivate init?(metadata: [String: String], count: Int) {
    guard let seed = metadata["sample.seed"].flatMap({ UInt64($0) }) else { return nil }
    let threshold = metadata["sample.truncation"].map { Float($0) ?? .nan }
    if let threshold, !(0.01...100 ~= threshold) { return nil }
    let source = Source.seed(seed, threshold: threshold)
    if let first = metadata["sample.first"].flatMap({ UInt32($0) }) {
      guard Int(first) + count <= 1 << 32 else { return nil }
      self.init(source, count, .samples(first: Int(first)))
    } else {
      let ends = metadata["sample.path"]?.split(separator: ":").compactMap { UInt32($0) } ?? []
      guard ends.count == 2, 2...10_000 ~= count else { return nil }
      self.init(source, count, .path(from: Int(ends[0]), to: Int(ends[1])))
    }
    guard self.metadata == metadata.filter({ $0.key.hasPrefix("sample.") }) else { return nil }
  }

  /// Writes the vectors as the tensor `latents`, F32, N × `size`, and commits the output.
  ///
  /// - Parameters:
  ///   - size: The latent size of the generator.
  ///   - output: The file to write.
  /// - Throws: `FileError` if the output cannot be written.
  public func write(size: Int, to output: OutputFile) throws(FileError) {
    let header = TensorHeader(
      kind: "latents", metadata: metadata, entries: [TensorEntry("latents", .f32, [count, size])])
    var writer: TensorWriter?
    try forEachChunk(size: size) { columns, workspace, _ throws(FileError) in
      let rows = workspace.buffer(columns.columns * size)
      for column in 0..<columns.columns {
        for row in 0..<size { rows[column * size + row] = columns[row, column] }
      }
      // A file that is written at once has a checksum even on a pipe.
      if columns.columns == count { return try header.write([rows], to: output) }
      if writer == nil { writer = try TensorWriter(header, to: output) }
      try writer?.write(rows)
    }
    try writer?.finish()
  }

  /// Whether a stored tensor has the bits of these vectors.
  fileprivate func equal(_ stored: StoredTensor<Float>, size: Int) -> Bool {
    var isEqual = true
    forEachChunk(size: size) { columns, workspace, first in
      guard isEqual else { return }
      let others = workspace.matrix(rows: size, columns: columns.columns)
      stored.copy(into: others, from: first, size: size)
      isEqual = (0..<columns.columns).allSatisfy { column in
        (0..<size).allSatisfy {
          columns[$0, column].bitPattern == others[$0, column].bitPattern
        }
      }
    }
    return isEqual
  }

  /// Draws the vectors, about a million values at a time, one vector per column.
  private func forEachChunk<Failure>(
    size: Int, _ body: (MatrixView<Float>, Workspace<Float>, Int) throws(Failure) -> Void
  ) throws(Failure) {
    let chunk = max(1, min(count, (1 << 20) / size))
    for first in stride(from: 0, to: count, by: chunk) {
      let workspace = Workspace<Float>()
      let columns = workspace.matrix(rows: size, columns: min(chunk, count - first))
      draw(into: columns, from: first)
      try body(columns, workspace, first)
      withExtendedLifetime(workspace) {}
    }
  }
}
