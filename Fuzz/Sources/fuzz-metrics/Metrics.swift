import FuzzSupport
import TensorIO
import WGAN

/// An accepted metrics file is truncated at the end of a line. A rejected one is not changed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let before = file.bytes()
    do throws(FileError) { _ = try MetricsLog(file.path, keeping: TrainingProgress()) } catch {
      precondition(file.bytes() == before)
      throw error
    }
    let after = file.bytes()
    precondition(before.starts(with: after) && (after.isEmpty || after.last == UInt8(ascii: "\n")))
  }
}
