import FuzzSupport
import TensorIO
import WGAN

/// An accepted metrics file is truncated at the end of a line when the first step is done. A rejected one
/// is not changed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let before = file.bytes()
    let log: MetricsLog
    do throws(FileError) {
      log = try MetricsLog(
        file.path, of: "0a1b2c3d", checkpoint: "checkpoint", keeping: TrainingProgress())
    } catch {
      precondition(file.bytes() == before)
      throw error
    }
    precondition(file.bytes() == before)
    log.start()
    let after = file.bytes()
    precondition(before.starts(with: after) && (after.isEmpty || after.last == UInt8(ascii: "\n")))
  }
}
