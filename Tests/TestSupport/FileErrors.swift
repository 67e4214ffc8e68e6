import TensorIO

/// The error that a body throws, if it is one of ours.
public func fileError(_ body: () throws -> Void) -> FileError? {
  do {
    try body()
    return nil
  } catch {
    return error as? FileError
  }
}
