// SPDX-License-Identifier: Apache-2.0
package io.ipvane;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.beFinal;
import static com.tngtech.archunit.lang.conditions.ArchConditions.beStatic;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.ipvane.burst.HotPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The floors of the house, who may know whom beside them, and what a hot class may not do. */
@AnalyzeClasses(packages = "io.ipvane", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    /** From the ground up. Packages on one floor do not know each other. */
    private static final List<Set<String>> FLOORS =
            List.of(
                    Set.of("memory", "name", "request"),
                    Set.of("ffi"),
                    Set.of("dpdk", "linux"),
                    Set.of("packet", "counters", "socket", "option"),
                    Set.of("burst"),
                    Set.of("table", "upcall"),
                    Set.of("ipvlan", "neighbor", "macnat", "memif", "tunnel", "flow"),
                    Set.of("snapshot"),
                    Set.of("egress"),
                    Set.of("pipeline"),
                    Set.of("device"),
                    Set.of("config"),
                    Set.of("model"),
                    Set.of("dhcp", "group", "icmp", "learn"),
                    Set.of("lcore"),
                    Set.of("control"),
                    Set.of("admin", "cli"),
                    Set.of("daemon"));

    private static final Set<String> BOXES =
            Set.of(
                    "java.lang.Boolean",
                    "java.lang.Byte",
                    "java.lang.Character",
                    "java.lang.Double",
                    "java.lang.Float",
                    "java.lang.Integer",
                    "java.lang.Long",
                    "java.lang.Short");

    @ArchTest
    static final ArchRule shouldUseOnlyTheFloorsBelow = classes().should(useOnlyTheFloorsBelow());

    @ArchTest
    static final ArchRule shouldSeeGeneratedBindingsOnlyFromDpdk =
            onlyIn("io.ipvane.ffi..", "io.ipvane.dpdk..", "io.ipvane.ffi..");

    @ArchTest
    static final ArchRule shouldSeeDpdkOnlyWhereDevicesAndThreadsAreMade =
            onlyIn(
                    "io.ipvane.dpdk..",
                    "io.ipvane.dpdk..",
                    "io.ipvane.memif..",
                    "io.ipvane.device..",
                    "io.ipvane.lcore..",
                    "io.ipvane.daemon..");

    @ArchTest
    static final ArchRule shouldSeeLinuxOnlyWhereDevicesAndNamespacesAreHandled =
            onlyIn(
                    "io.ipvane.linux..",
                    "io.ipvane.linux..",
                    "io.ipvane.socket..",
                    "io.ipvane.memif..",
                    "io.ipvane.device..",
                    "io.ipvane.lcore..",
                    "io.ipvane.control..",
                    "io.ipvane.daemon..");

    @ArchTest
    static final ArchRule shouldUseTheDisruptorOnlyInLcore =
            onlyIn("com.lmax..", "io.ipvane.lcore..");

    @ArchTest
    static final ArchRule shouldServeHttpOnlyInAdmin = onlyIn("io.helidon..", "io.ipvane.admin..");

    @ArchTest
    static final ArchRule shouldHoldMethodHandlesInConstants =
            fields().that()
                    .haveRawType(MethodHandle.class)
                    .should(beStatic())
                    .andShould(beFinal())
                    .because("the compiler inlines a downcall only through a constant handle")
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule shouldNotStreamLogFormatBoxOrCollectOnTheHotPath =
            methods().that(areHotMethods()).should(notAccess(slowThings())).allowEmptyShould(true);

    @ArchTest
    static final ArchRule shouldAskForTheTimeOnlyInLcore =
            methods()
                    .that(areHotMethods())
                    .and()
                    .areDeclaredInClassesThat(
                            DescribedPredicate.not(resideInAPackage("io.ipvane.lcore..")))
                    .should(
                            notAccess(
                                    describe(
                                            "the clock",
                                            t ->
                                                    is(t, "java.lang.System", "nanoTime")
                                                            || is(
                                                                    t,
                                                                    "java.lang.System",
                                                                    "currentTimeMillis"))))
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule shouldNotLockOnTheHotPath =
            classes().that(areHot()).should(notSynchronize()).allowEmptyShould(true);

    private static ArchRule onlyIn(String dependency, String... packages) {
        return noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage(packages)))
                .should()
                .dependOnClassesThat(resideInAPackage(dependency))
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> areHot() {
        return describe(
                "@HotPath",
                c ->
                        c.isAnnotatedWith(HotPath.class)
                                || c.getEnclosingClass()
                                        .map(outer -> outer.isAnnotatedWith(HotPath.class))
                                        .orElse(false));
    }

    private static DescribedPredicate<JavaMethod> areHotMethods() {
        return describe(
                "are @HotPath, or their class is",
                m -> m.isAnnotatedWith(HotPath.class) || areHot().test(m.getOwner()));
    }

    private static ArchCondition<JavaClass> useOnlyTheFloorsBelow() {
        return new ArchCondition<>("use only the floors below their own") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                final String own = room(item);
                final int floor = floor(own);
                if (floor < 0) {
                    events.add(
                            SimpleConditionEvent.violated(
                                    item,
                                    item.getName()
                                            + " is in package io.ipvane."
                                            + own
                                            + ", which is on no floor; give it one in"
                                            + " ArchitectureTest"));
                }
                for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
                    final JavaClass target = dependency.getTargetClass();
                    if (target.getPackageName().startsWith("io.ipvane.")
                            && !room(target).equals(own)
                            && floor(room(target)) >= floor) {
                        events.add(
                                SimpleConditionEvent.violated(item, dependency.getDescription()));
                    }
                }
            }
        };
    }

    /** The first name of the package below io.ipvane: "control" for io.ipvane.control.view. */
    private static String room(JavaClass item) {
        final String[] names = item.getPackageName().split("\\.", 4);
        return names.length > 2 ? names[2] : "";
    }

    /** The floor's number, -1 where the package has none. */
    private static int floor(String room) {
        for (int floor = 0; floor < FLOORS.size(); floor++) {
            if (FLOORS.get(floor).contains(room)) {
                return floor;
            }
        }
        return -1;
    }

    /** Only methods are hot: a constructor may read a list and allocate what its object needs. */
    private static ArchCondition<JavaMethod> notAccess(DescribedPredicate<AccessTarget> forbidden) {
        return new ArchCondition<>("not access " + forbidden.getDescription()) {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                for (JavaAccess<?> access : method.getAccessesFromSelf()) {
                    if (forbidden.test(access.getTarget())) {
                        events.add(SimpleConditionEvent.violated(method, access.getDescription()));
                    }
                }
            }
        };
    }

    private static DescribedPredicate<AccessTarget> slowThings() {
        final DescribedPredicate<JavaClass> slow =
                resideInAnyPackage("java.util.stream..", "org.slf4j..", "java.util.logging..")
                        .or(assignableTo(Collection.class))
                        .or(assignableTo(Map.class))
                        .or(assignableTo(Iterator.class))
                        .or(assignableTo(Optional.class));
        return describe(
                "streams, Optional, logging, formatting, boxes or java.util collections",
                t ->
                        slow.test(t.getOwner())
                                || is(t, "java.lang.String", "format")
                                || is(t, "java.lang.String", "formatted")
                                || (BOXES.contains(t.getOwner().getName())
                                        && t.getName().equals("valueOf")));
    }

    private static boolean is(AccessTarget target, String owner, String name) {
        return target.getOwner().getName().equals(owner) && target.getName().equals(name);
    }

    /** A block leaves no trace that ArchUnit shows, so the source is read. */
    private static ArchCondition<JavaClass> notSynchronize() {
        return new ArchCondition<>("not use synchronized") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (String line : source(item)) {
                    if (line.strip().matches("(?:[a-z]+ )*synchronized\\b.*")) {
                        events.add(
                                SimpleConditionEvent.violated(
                                        item, item.getName() + ": " + line.strip()));
                    }
                }
            }
        };
    }

    private static List<String> source(JavaClass item) {
        final String path =
                "src/main/java/"
                        + item.getPackageName().replace('.', '/')
                        + "/"
                        + item.getSource().flatMap(s -> s.getFileName()).orElseThrow();
        for (Path module : List.of(Path.of(""), Path.of("..", "bindings"))) {
            if (Files.isReadable(module.resolve(path))) {
                try {
                    return Files.readAllLines(module.resolve(path));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        throw new IllegalStateException("no source of " + item.getName() + " at " + path);
    }
}
