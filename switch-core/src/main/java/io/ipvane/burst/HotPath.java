// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a class whose methods run for every burst or frame, or such a method of a class that has
 * others too: no allocation, locks, logging, boxing, streams or collections there. The architecture
 * test reads it.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface HotPath {}
