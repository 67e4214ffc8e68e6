import FuzzSupport
import MetricsFormat
import TensorIO

/// An accepted metrics file is converted to a gnuplot script without NaN and infinity, and to
/// TensorBoard events.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedFile.check(start, count) { file throws(FileError) in
    let script = GnuplotScript(
      of: try TrainingCurves(of: file.path, width: 300), format: .svg, width: 300
    ).text
    let words = script.split { !$0.isLetter }
    precondition(!words.contains("nan") && !words.contains("inf"), script)
    try convertMetrics(file.path, start: 0, to: try OutputFile("/dev/null"))
  }
}
