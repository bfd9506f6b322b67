package dev.mneme.backend.cuda;

import dev.mneme.backend.libtorch.NativesBuild;
import dev.mneme.tensor.Availability;
import java.util.List;
import java.util.Optional;
import org.bytedeco.cuda.presets.cublas;
import org.bytedeco.cuda.presets.cudart;
import org.bytedeco.cuda.presets.cudnn;
import org.bytedeco.cuda.presets.cufft;
import org.bytedeco.cuda.presets.cufile;
import org.bytedeco.cuda.presets.cupti;
import org.bytedeco.cuda.presets.curand;
import org.bytedeco.cuda.presets.cusolver;
import org.bytedeco.cuda.presets.cusparse;
import org.bytedeco.cuda.presets.nccl;
import org.bytedeco.cuda.presets.nvrtc;
import org.bytedeco.javacpp.Loader;

/** LibTorch's natives for GPUs; chosen where nothing that they need is missing. */
public final class CudaNatives implements NativesBuild {
    static final String EXTENSION = "-gpu";

    /** CUDA's libraries as JavaCPP knows them; what another of them links to comes first. */
    private static final List<Class<?>> LIBRARIES = List.of(
            cudart.class,
            cupti.class,
            cublas.class,
            cusparse.class,
            cusolver.class,
            cufft.class,
            curand.class,
            cufile.class,
            nccl.class,
            nvrtc.class,
            cudnn.class);

    private final CudaProbe probe;

    /** For the service loader. */
    public CudaNatives() {
        this(new SystemProbe());
    }

    CudaNatives(CudaProbe probe) {
        this.probe = probe;
    }

    @Override
    public String extension() {
        return EXTENSION;
    }

    @Override
    public boolean isPresent() {
        return probe.hasNatives();
    }

    @Override
    public void loadDependencies() {
        Optional<Availability.Unavailable> missing = CudaDiagnosis.missing(probe);
        if (missing.isPresent()) {
            throw new UnsatisfiedLinkError(missing.get().reason());
        }
        LIBRARIES.forEach(Loader::load);
    }
}
