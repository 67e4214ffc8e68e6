import IDX2Tensor
import ToolSupport

IDX2Tensor.tool.main()
