import Metrics2TB
import ToolSupport

Metrics2TB.tool.main()
