import ArgumentParser
import COpenBLAS
import Glibc

/// A hidden subcommand that measures sgemm of OpenBLAS on command. OpenBLAS chooses its kernels when
/// it is loaded, so each core type needs its own process.
struct Sgemm: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sgemm",
    abstract: "Read lines `THREADS SECONDS`, and print the GFLOP/s of sgemm for each.",
    shouldDisplay: false)

  /// Rows and columns of each matrix.
  private static let size = 2048

  func run() throws {
    let (config, core) = (openblas_get_config(), openblas_get_corename())
    writeLine(config.map { String(cString: $0) } ?? "OpenBLAS", to: 1)
    writeLine(core.map { String(cString: $0) } ?? "unknown", to: 1)
    let count = Self.size * Self.size
    let a = [Float](repeating: 0.5, count: count), b = [Float](repeating: 0.25, count: count)
    var c = [Float](repeating: 0, count: count)
    while let fields = readLine()?.split(separator: " "), fields.count == 2,
      let threads = Int32(fields[0]), let seconds = Double(fields[1])
    {
      openblas_set_num_threads(threads)
      multiply(a, b, &c)  // Warm-up.
      var products = 0.0
      let start = now()
      repeat {
        multiply(a, b, &c)
        products += 1
      } while now() - start < seconds
      let rate = products * 2 * Double(count) * Double(Self.size) / (now() - start) / 1e9
      writeLine("\(rate)", to: 1)
    }
  }

  private func multiply(_ a: [Float], _ b: [Float], _ c: inout [Float]) {
    let n = Int32(Self.size)
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, &c, n)
  }
}

/// A child process that measures sgemm with the OpenBLAS kernels of one core type.
struct SgemmProcess {
  private let process: ChildProcess
  /// The version of OpenBLAS, and the core type of its kernels.
  let library: String, core: String
  private var rates: [Int: [Double]] = [:]

  /// The core type with the widest vector instructions, or `nil` if it is the default. OpenBLAS does
  /// not choose it on a processor that is newer than the library.
  static var widestCoreType: String? {
    let processor = (try? String(contentsOf: "/proc/cpuinfo")) ?? ""
    return processor.contains(" avx512f ") ? "SKYLAKEX" : nil
  }

  /// Starts the process.
  ///
  /// - Parameter coreType: The value of `OPENBLAS_CORETYPE`, or `nil` for the choice of OpenBLAS.
  init(coreType: String?, folder: String) throws(Failure) {
    process = try ChildProcess(
      ["/proc/self/exe", "sgemm"], environment: ["OPENBLAS_CORETYPE": coreType],
      log: folder + "/sgemm.log")
    let version = try process.readLine(timeout: 60)
    library = version.split(separator: " ").prefix(2).joined(separator: " ")
    let name = try process.readLine(timeout: 60)
    core = name + (coreType.map { ", OPENBLAS_CORETYPE=\($0)" } ?? ", default")
    process.pause()
  }

  /// Adds one measurement.
  mutating func measure(threads: Int, seconds: Double) throws(Failure) {
    process.resume()
    try process.send("\(threads) \(seconds)")
    let response = try process.readLine(timeout: 60 + 10 * seconds)
    process.pause()
    guard let rate = Double(response) else {
      throw unexpected(response, expected: "GFLOP/s of sgemm")
    }
    rates[threads, default: []].append(rate)
  }

  /// The results, by number of threads.
  var rows: [SgemmRow] {
    rates.keys.sorted().compactMap { threads in
      Spread(rates[threads] ?? []).map {
        SgemmRow(library: library, core: core, threads: threads, gigaflops: $0)
      }
    }
  }
}
