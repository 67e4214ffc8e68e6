/// All results of a run: the content of `bench.json`. The property names are the JSON keys.
struct Report {
  let date: String, processor: String, cores: Int, threads: Int
  let rounds: Int, secondsPerRound: Double
  /// One-minute load averages before and after the run. Measurements on a busy machine are
  /// unreliable.
  let loadBefore: String
  var loadAfter = ""
  var workloads: [WorkloadReport] = []
}

/// The speed of sgemm of OpenBLAS on this machine.
struct SgemmRow {
  let library: String, core: String, threads: Int
  let gigaflops: Spread
}

/// The results of one preset at one batch size, or of one checkpoint.
struct WorkloadReport {
  let name: String
  var batch: Int?, criticSteps: Int?
  /// Real batches per epoch, and real batches per generator step with its critic steps.
  var batchesPerEpoch: Int?, batchesPerGeneratorStep: Int?
  /// The minimum number of operations per image of a step, in MFLOP.
  var criticMegaflops: Double?, generatorMegaflops: Double?
  /// The sgemm measurements.
  var limit: [SgemmRow] = []
  var rows: [Row] = []
  var sampling: [SamplingRow] = []
  /// Errors and warnings that explain missing or unreliable results.
  var remarks: [String] = []
}

/// The results of one implementation for one workload.
struct Row {
  let name: String, note: String
  /// The error message if the implementation failed.
  var failure: String?
  var criticStepsPerSecond: Spread?, generatorStepsPerSecond: Spread?
  var secondsPerEpoch: Spread?
  /// The time per epoch is computed from separate critic and generator steps.
  var isEpochFromParts = false
  var megabytes: Double?
  /// The time from process start to the end of the first critic step, and the time to compile and
  /// run the other steps once.
  var startUpSeconds: Spread?, warmUpSeconds: Double?
  /// GFLOP/s by the minimum number of operations, and its share (0 to 1) of the fastest sgemm with
  /// at most as many threads.
  var criticGigaflops: Double?, criticShare: Double?
  var generatorGigaflops: Double?, generatorShare: Double?
  /// Steps per measurement, by kind of step.
  var steps: [String: Int] = [:]
}

/// The time to write 64 samples as a PNG, from the start of the first process to the end of the
/// last.
struct SamplingRow {
  let name: String
  var seconds: Spread?
  var failure: String?
}
