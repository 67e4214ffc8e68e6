import FuzzSupport
import MetricsFormat
import TensorIO

/// A log of metrics becomes a program of finite numbers for gnuplot, and events for TensorBoard.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let program = Picture(
      of: try TrainingCurves(of: file.path, width: 300), format: .svg, width: 300
    ).program
    let words = program.split { !$0.isLetter }
    precondition(!words.contains("nan") && !words.contains("inf"), program)
    try convertMetrics(file.path, start: 0, to: try OutputFile("/dev/null"))
  }
}
