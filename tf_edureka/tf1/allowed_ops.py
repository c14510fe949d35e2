"""The ops that may run in a graph of unknown origin: those that only compute.

None of them reads or writes a file, calls Python, communicates with another process, waits for a
queue, or ends the process. An op that is not listed does not run. Being stateless is not enough:
`ReadFile` and `ImmutableConst` are stateless, too.
"""

from typing import Any

from tf_edureka.tf1.graph_nodes import is_given_placeholder

_KINDS = {
    "arrays": """
        BatchMatrixBandPart BatchMatrixDiag BatchMatrixDiagPart BatchMatrixSetDiag BatchToSpace
        BatchToSpaceND Bitcast BroadcastArgs BroadcastGradientArgs BroadcastTo CheckNumerics
        CheckNumericsV2 Concat ConcatOffset ConcatV2 ConjugateTranspose Const DepthToSpace
        Dequantize Diag DiagPart EditDistance Empty EnsureShape ExpandDims ExtractImagePatches
        ExtractVolumePatches FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars
        FakeQuantWithMinMaxVarsPerChannel Fill Gather GatherNd GatherV2 GuaranteeConst Identity
        IdentityN InvertPermutation ListDiff LowerBound MatrixBandPart MatrixDiag MatrixDiagPart
        MatrixDiagPartV2 MatrixDiagPartV3 MatrixDiagV2 MatrixDiagV3 MatrixSetDiag
        MatrixSetDiagV2 MatrixSetDiagV3 MirrorPad OneHot OnesLike Pack Pad PadV2 ParallelConcat
        PlaceholderWithDefault PreventGradient QuantizeAndDequantize QuantizeAndDequantizeV2
        QuantizeAndDequantizeV3 QuantizeV2 Rank RefIdentity Reshape Reverse ReverseSequence
        ReverseV2 Roll ScatterNd ScatterNdNonAliasingAdd Shape ShapeN Size Slice Snapshot
        SpaceToBatch SpaceToBatchND SpaceToDepth Split SplitV Squeeze StopGradient StridedSlice
        TensorScatterAdd TensorScatterMax TensorScatterMin TensorScatterSub TensorScatterUpdate
        TensorStridedSliceUpdate Tile Transpose Unique UniqueV2 UniqueWithCounts
        UniqueWithCountsV2 Unpack UnravelIndex UpperBound Where ZerosLike DynamicPartition
        DynamicStitch ParallelDynamicStitch""",
    "arithmetic": """
        Abs AccumulateNV2 Acos Acosh Add AddN AddV2 All Angle Any ApproximateEqual ArgMax ArgMin
        Asin Asinh Atan Atan2 Atanh BatchMatMul BatchMatMulV2 BatchMatMulV3 Betainc Bincount
        Bucketize Cast Ceil ClipByValue Complex ComplexAbs Conj Cos Cosh Cross Cumprod Cumsum
        CumulativeLogsumexp DenseBincount Digamma Div DivNoNan Equal Erf Erfc Erfinv
        EuclideanNorm Exp Expm1 Floor FloorDiv FloorMod Greater GreaterEqual HistogramFixedWidth
        Igamma Igammac Imag Inv IsFinite IsInf IsNan Less LessEqual Lgamma LinSpace Log Log1p
        LogicalAnd LogicalNot LogicalOr MatMul Max Maximum Mean Min Minimum Mod Mul MulNoNan
        Ndtri Neg NextAfter NotEqual Polygamma Pow Prod Range Real RealDiv Reciprocal Rint Round
        Rsqrt SegmentMax SegmentMean SegmentMin SegmentProd SegmentSum Select SelectV2 Sigmoid
        Sign Sin Sinh SparseMatMul SparseSegmentMean SparseSegmentMeanWithNumSegments
        SparseSegmentSqrtN SparseSegmentSqrtNWithNumSegments SparseSegmentSum
        SparseSegmentSumWithNumSegments Sqrt Square SquaredDifference Sub Sum Tan Tanh
        TruncateDiv TruncateMod UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd
        UnsortedSegmentSum Xdivy Xlog1py Xlogy Zeta BitwiseAnd BitwiseOr BitwiseXor Invert
        LeftShift PopulationCount RightShift BesselI0 BesselI0e BesselI1 BesselI1e""",
    "networks": """
        AvgPool AvgPool3D BatchNormWithGlobalNormalization BiasAdd BiasAddV1 Conv2D
        Conv2DBackpropInput Conv3D Conv3DBackpropInputV2 DataFormatDimMap DataFormatVecPermute
        DepthwiseConv2dNative Dilation2D Elu FractionalAvgPool FractionalMaxPool FusedBatchNorm
        FusedBatchNormV2 FusedBatchNormV3 InTopK InTopKV2 L2Loss LRN LeakyRelu LogSoftmax
        MaxPool MaxPool3D MaxPoolV2 MaxPoolWithArgmax NthElement Relu Relu6 Selu Softmax
        SoftmaxCrossEntropyWithLogits Softplus Softsign SparseSoftmaxCrossEntropyWithLogits TopK
        TopKV2 BlockLSTM GRUBlockCell LSTMBlockCell""",
    "linear algebra": """
        BatchCholesky BatchMatrixDeterminant BatchMatrixInverse BatchMatrixSolve
        BatchMatrixTriangularSolve Cholesky Einsum LogMatrixDeterminant MatrixDeterminant
        MatrixInverse MatrixSolve MatrixSolveLs MatrixTriangularSolve Qr SelfAdjointEig
        SelfAdjointEigV2 Svd FFT FFT2D FFT3D IFFT IFFT2D IFFT3D IRFFT IRFFT2D IRFFT3D RFFT
        RFFT2D RFFT3D""",
    "sparse tensors": """
        SparseAdd SparseConcat SparseDenseCwiseAdd SparseDenseCwiseDiv SparseDenseCwiseMul
        SparseFillEmptyRows SparseReduceMax SparseReduceSum SparseReorder SparseReshape
        SparseSlice SparseSoftmax SparseSplit SparseTensorDenseAdd SparseTensorDenseMatMul
        SparseToDense""",
    "images": """
        AdjustContrast AdjustContrastv2 AdjustHue AdjustSaturation CropAndResize ExtractGlimpse
        HSVToRGB NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3 RGBToHSV ResizeArea
        ResizeBicubic ResizeBilinear ResizeNearestNeighbor""",
    "random numbers": """
        Multinomial ParameterizedTruncatedNormal RandomGamma RandomPoisson RandomPoissonV2
        RandomShuffle RandomStandardNormal RandomUniform RandomUniformInt StatelessMultinomial
        StatelessRandomNormal StatelessRandomUniform StatelessRandomUniformInt
        StatelessTruncatedNormal TruncatedNormal""",
    "control flow": """
        Assert Case ControlTrigger Enter Exit FakeParam If LoopCond Merge NextIteration NoOp
        PartitionedCall Print PrintV2 RefEnter RefExit RefMerge RefNextIteration RefSelect
        RefSwitch StatefulPartitionedCall StatelessCase StatelessIf StatelessWhile StringFormat
        Switch While""",
    "lists": """
        EmptyTensorList TensorListConcat TensorListConcatV2 TensorListElementShape
        TensorListFromTensor TensorListGather TensorListGetItem TensorListLength
        TensorListPopBack TensorListPushBack TensorListReserve TensorListResize
        TensorListScatter TensorListScatterV2 TensorListSetItem TensorListSplit TensorListStack
        TensorArray TensorArrayClose TensorArrayCloseV2 TensorArrayCloseV3 TensorArrayConcat
        TensorArrayConcatV2 TensorArrayConcatV3 TensorArrayGather TensorArrayGatherV2
        TensorArrayGatherV3 TensorArrayPack TensorArrayRead TensorArrayReadV2 TensorArrayReadV3
        TensorArrayScatter TensorArrayScatterV2 TensorArrayScatterV3 TensorArraySize
        TensorArraySizeV2 TensorArraySizeV3 TensorArraySplit TensorArraySplitV2
        TensorArraySplitV3 TensorArrayUnpack TensorArrayV2 TensorArrayV3 TensorArrayWrite
        TensorArrayWriteV2 TensorArrayWriteV3 Stack StackClose StackCloseV2 StackPop StackPopV2
        StackPush StackPushV2 StackV2""",
    "variables": """
        Assign AssignAdd AssignAddVariableOp AssignSub AssignSubVariableOp AssignVariableOp
        IsVariableInitialized ReadVariableOp ResourceGather ResourceGatherNd VarHandleOp
        VarIsInitializedOp Variable VariableShape VariableV2 ScatterAdd ScatterSub ScatterUpdate
        ResourceScatterAdd ResourceScatterSub ResourceScatterUpdate""",
    "optimizers": """
        ApplyAdaMax ApplyAdadelta ApplyAdagrad ApplyAdagradV2 ApplyAdam ApplyCenteredRMSProp
        ApplyFtrl ApplyFtrlV2 ApplyGradientDescent ApplyMomentum ApplyRMSProp
        ResourceApplyAdaMax ResourceApplyAdadelta ResourceApplyAdagrad ResourceApplyAdagradV2
        ResourceApplyAdam ResourceApplyCenteredRMSProp ResourceApplyFtrl ResourceApplyFtrlV2
        ResourceApplyGradientDescent ResourceApplyKerasMomentum ResourceApplyMomentum
        ResourceApplyRMSProp""",
}
ALLOWED = frozenset(" ".join(_KINDS.values()).split())


def rejection_reason(node: Any) -> str | None:
    """Returns why a node of a graph of unknown origin must not run.

    Args:
        node: a `NodeDef` that is not a call of a function of the graph.

    Returns:
        a sentence with the name and op of the node; None if the node may run.
    """
    if node.op in ("Placeholder", "PlaceholderV2"):
        return (
            None if is_given_placeholder(node.name) else f"the placeholder {node.name} must be fed"
        )
    return (
        None if node.op in ALLOWED else f"{node.name} ({node.op}) is not in the list of allowed ops"
    )
