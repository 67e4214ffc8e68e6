import TensorInfo
import ToolSupport

TensorInfo.tool.main()
