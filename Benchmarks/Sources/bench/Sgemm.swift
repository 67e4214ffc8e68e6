import ArgumentParser
import COpenBLAS
import Glibc

/// A child that measures OpenBLAS's own rate when it is told to: OpenBLAS chooses its kernels when
/// it is loaded, so each kind of core needs a process.
struct Sgemm: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sgemm",
    abstract: "Answer each line `THREADS SECONDS` with the GFLOP/s of large matrix products.",
    shouldDisplay: false)

  /// Rows and columns of each matrix.
  private static let size = 2048

  func run() throws {
    let (config, core) = (openblas_get_config(), openblas_get_corename())
    putLine(config.map { String(cString: $0) } ?? "OpenBLAS", to: 1)
    putLine(core.map { String(cString: $0) } ?? "unknown", to: 1)
    let count = Self.size * Self.size
    let a = [Float](repeating: 0.5, count: count), b = [Float](repeating: 0.25, count: count)
    var c = [Float](repeating: 0, count: count)
    while let words = readLine()?.split(separator: " "), words.count == 2,
      let threads = Int32(words[0]), let seconds = Double(words[1])
    {
      openblas_set_num_threads(threads)
      multiply(a, b, &c)
      var products = 0.0
      let begin = now()
      repeat {
        multiply(a, b, &c)
        products += 1
      } while now() - begin < seconds
      let rate = products * 2 * Double(count) * Double(Self.size) / (now() - begin) / 1e9
      putLine("\(rate)", to: 1)
    }
  }

  private func multiply(_ a: [Float], _ b: [Float], _ c: inout [Float]) {
    let n = Int32(Self.size)
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, &c, n)
  }
}

/// The machine's limit, as far as OpenBLAS reaches it: one child for each kind of core.
struct Limit {
  private let child: Child
  /// Which OpenBLAS, and whose kernels it uses.
  let library: String, core: String
  private var rates: [Int: [Double]] = [:]

  /// The kernels of the widest instructions, which OpenBLAS does not choose by itself on a
  /// processor that it does not know; `nil` where there is nothing to gain.
  static var widestCoreType: String? {
    let processor = (try? String(contentsOf: "/proc/cpuinfo")) ?? ""
    return processor.contains(" avx512f ") ? "SKYLAKEX" : nil
  }

  init(coreType: String?, folder: String) throws(Failure) {
    child = try Child(
      ["/proc/self/exe", "sgemm"], environment: ["OPENBLAS_CORETYPE": coreType],
      log: folder + "/sgemm.log")
    library = try child.line(patience: 60).split(separator: " ").prefix(2).joined(separator: " ")
    core = try child.line(patience: 60) + (coreType.map { ", told \($0)" } ?? ", its own choice")
    child.pause()
  }

  mutating func measure(threads: Int, seconds: Double) throws(Failure) {
    child.resume()
    try child.send("\(threads) \(seconds)")
    let answer = try child.line(patience: 60 + 10 * seconds)
    child.pause()
    guard let rate = Double(answer) else { throw Failure("sgemm answered \(answer)") }
    rates[threads, default: []].append(rate)
  }

  var rows: [LimitRow] {
    rates.keys.sorted().compactMap { threads in
      Spread(rates[threads] ?? []).map {
        LimitRow(library: library, core: core, threads: threads, gigaflops: $0)
      }
    }
  }
}
