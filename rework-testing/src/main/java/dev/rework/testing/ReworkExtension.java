package dev.rework.testing;

import dev.rework.Rework;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/** What {@link ReworkTest} does. */
final class ReworkExtension implements BeforeAllCallback, AfterAllCallback, AfterEachCallback, ParameterResolver {

    private static final Namespace SPACE = Namespace.create(ReworkExtension.class);

    private static final Map<Class<?>, Function<ReworkLab, Object>> PARAMETERS = Map.of(
            ReworkLab.class, lab -> lab,
            Rework.class, ReworkLab::rework,
            TestMonitor.class, ReworkLab::monitor,
            InThread.class, ReworkLab::inThread,
            TestClock.class, ReworkLab::clock);

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        ReworkTest wanted = context.getRequiredTestClass().getAnnotation(ReworkTest.class);
        if (wanted == null) {
            throw new IllegalStateException(context.getRequiredTestClass() + " is not annotated with @ReworkTest");
        }
        ReworkLab lab = ReworkLab.open(context.getRequiredTestClass().getSimpleName(), wanted.domain());
        context.getStore(SPACE).put(context.getRequiredTestClass(), lab);
        for (Class<?> operations : wanted.operations()) {
            lab.register(operations);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        lab(context).monitor().close();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        ReworkLab lab = context.getStore(SPACE).remove(context.getRequiredTestClass(), ReworkLab.class);
        if (lab != null) {
            lab.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return PARAMETERS.containsKey(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        Function<ReworkLab, Object> found = PARAMETERS.get(type);
        if (found == null) {
            throw new ParameterResolutionException("no " + type + " here");
        }
        return found.apply(lab(context));
    }

    private static ReworkLab lab(ExtensionContext context) {
        ReworkLab lab = context.getStore(SPACE).get(context.getRequiredTestClass(), ReworkLab.class);
        if (lab == null) {
            throw new ParameterResolutionException("the database of this class was not made");
        }
        return lab;
    }
}
