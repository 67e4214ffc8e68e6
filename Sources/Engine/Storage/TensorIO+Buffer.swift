import TensorIO

// Buffers in place of the bytes that TensorIO reads and writes.

extension Buffer {
  /// Copies the elements of a stored tensor of the same length.
  package func copy(_ stored: StoredTensor<Element>) {
    precondition(stored.count == count)
    unsafe base.update(from: stored.base, count: count)
  }

  fileprivate var bytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base, count: count * MemoryLayout<Element>.stride)
  }
}

extension TensorHeader {
  /// Writes a whole file with these buffers as its data, and commits the output.
  package func write(_ store: [Buffer<Float>], to output: OutputFile) throws(FileError) {
    unsafe try write(store.map { unsafe $0.bytes }, to: output)
  }
}

extension TensorWriter {
  /// Writes the next elements of the data.
  package func write(_ buffer: Buffer<Float>) throws(FileError) { unsafe try write(buffer.bytes) }
}

extension TensorAppender {
  /// Writes a tensor.
  package func append(_ entry: TensorEntry, _ buffer: Buffer<UInt8>) throws(FileError) {
    unsafe try append(entry, buffer.bytes)
  }
}
