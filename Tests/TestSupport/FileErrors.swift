import TensorIO

/// The `FileError` that a closure throws; nil if it throws none.
public func fileError(_ body: () throws -> Void) -> FileError? {
  do {
    try body()
    return nil
  } catch {
    return error as? FileError
  }
}
