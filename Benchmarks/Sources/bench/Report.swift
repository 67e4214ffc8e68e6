/// Everything that a run measured: `bench.json`.
struct Report {
  let date: String, processor: String, cores: Int, threads: Int
  let rounds: Int, secondsPerRound: Double
  /// One-minute load average at the beginning and at the end: a busy machine measures little.
  let loadBefore: String
  var loadAfter = ""
  var workloads: [WorkloadReport] = []
}

/// OpenBLAS's rate on this machine.
struct LimitRow {
  let library: String, core: String, threads: Int
  let gigaflops: Spread
}

/// One preset at one batch size.
struct WorkloadReport {
  let name: String
  var batch: Int?, criticSteps: Int?
  /// Real batches in an epoch; and how many of them a generator step and its critic steps use up.
  var batchesPerEpoch: Int?, batchesPerGeneratorStep: Int?
  /// The fewest operations a step, an image.
  var criticMegaflops: Double?, generatorMegaflops: Double?
  var limit: [LimitRow] = []
  var rows: [Row] = []
  var sampling: [SamplingRow] = []
  /// Why there is nothing, or less than there should be.
  var remarks: [String] = []
}

/// One contestant at one workload.
struct Row {
  let name: String, note: String
  /// Why there are no numbers.
  var failure: String?
  var criticStepsPerSecond: Spread?, generatorStepsPerSecond: Spread?
  var secondsPerEpoch: Spread?
  /// The epoch was put together from critic and generator steps, not from a run of both.
  var isEpochFromParts = false
  var megabytes: Double?
  /// Start of the process to the end of the first critic step; then compiling what is left.
  var startUpSeconds: Spread?, warmUpSeconds: Double?
  /// Of the fewest operations, and as a share of the best sgemm on as many threads.
  var criticGigaflops: Double?, criticShare: Double?
  var generatorGigaflops: Double?, generatorShare: Double?
  /// Steps in one measurement.
  var steps: [String: Int] = [:]
}

/// 64 samples as a PNG, from the start of the first process to the end of the last.
struct SamplingRow {
  let name: String
  var seconds: Spread?
  var failure: String?
}
