# What R's `survival` says of the data sets that bridge/report/survival.ts is compared with.
#   Rscript tests/report/survival.R > tests/report/survival.json
# Sources. 6mp: Freireich et al., Blood 21 (1963), as in Cox, JRSS B 34 (1972); its estimate is worked out in Cox and
# Oakes (1984) and in Kleinbaum and Klein, Survival Analysis. aml: Miller, Survival Analysis (1981), p. 49. ovarian:
# Edmunson et al., Cancer Treatment Reports 63 (1979). lung: Loprinzi et al., J Clin Oncol 12 (1994). veteran:
# Kalbfleisch and Prentice (1980), p. 223. retinopathy: Huster, Brookmeyer, Self, Biometrics 45 (1989). These but the
# first come with the package; `simulated` has ties and many censored ones; the small ones are edges.
suppressPackageStartupMessages(library(survival))

six <- data.frame(
  time = c(6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35,
           1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23),
  status = c(1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, rep(1, 21)),
  group = rep(1:2, each = 21), stratum = 1)

# No random numbers: they differ between versions of R.
n <- 0:239
simulated <- data.frame(
  time = 1 + (n * 7919) %% 97 + (n %% 3) * 13, status = as.integer((n * 31) %% 5 > 1),
  group = 1 + (n * 17) %% 2, stratum = 1 + (n %% 4))

plain <- function(time, status, group, stratum = 1) data.frame(time, status, group, stratum)
sets <- list(
  "6mp" = six,
  aml = with(aml, plain(time, status, as.integer(x))),
  ovarian = with(ovarian, plain(futime, fustat, rx)),
  "ovarian by residual disease" = with(ovarian, plain(futime, fustat, rx, resid.ds)),
  lung = with(lung, plain(time, status - 1, sex)),
  "lung by performance" = with(subset(lung, !is.na(ph.ecog)), plain(time, status - 1, sex, ph.ecog + 1)),
  "veteran by cell type" = with(veteran, plain(time, status, trt, as.integer(celltype))),
  retinopathy = with(retinopathy, plain(futime, status, trt + 1, as.integer(type))),
  "simulated with ties" = simulated,
  "all censored" = plain(c(3, 5, 5, 8), c(0, 0, 0, 0), c(1, 1, 2, 2)),
  "none censored, even" = plain(c(1, 2, 3, 4, 5, 6, 7, 8), rep(1, 8), c(1, 2, 1, 2, 1, 2, 1, 2)),
  "one each" = plain(c(2, 3), c(1, 1), c(1, 2)),
  "all at once" = plain(c(4, 4, 4, 4), c(1, 1, 1, 1), c(1, 1, 2, 2)),
  "half, then censored" = plain(c(1, 2, 9, 9, 1, 2, 3, 4), c(1, 1, 0, 0, 1, 0, 0, 0), c(1, 1, 1, 1, 2, 2, 2, 2)))

number <- function(x) ifelse(is.finite(x), sprintf("%.15g", x), "null")
list_of <- function(x) paste0("[", paste(number(x), collapse = ","), "]")
text <- function(x) paste0('"', x, '"')
object <- function(...) {
  parts <- list(...)
  paste0("{", paste0(text(names(parts)), ":", unlist(parts), collapse = ","), "}")
}

shares <- c(0.25, 0.5, 0.75)
curve <- function(data, type) {
  fit <- survfit(Surv(time, status) ~ 1, data = data, conf.type = type)
  q <- quantile(fit, shares)
  object(time = list_of(fit$time), risk = list_of(fit$n.risk), events = list_of(fit$n.event),
         censored = list_of(fit$n.censor), open = list_of(fit$surv), error = list_of(fit$surv * fit$std.err),
         low = list_of(fit$lower), high = list_of(fit$upper),
         quantiles = list_of(unname(q$quantile)), quantileLow = list_of(unname(q$lower)),
         quantileHigh = list_of(unname(q$upper)))
}
rank <- function(data) {
  # Without an event there is nothing to test, and survdiff stops.
  if (!any(data$status == 1)) return("null")
  # Where all end at once nothing varies, and it can't be solved.
  fit <- tryCatch(if (length(unique(data$stratum)) > 1) survdiff(Surv(time, status) ~ group + strata(stratum), data = data)
                  else survdiff(Surv(time, status) ~ group, data = data), error = function(e) NULL)
  if (is.null(fit)) return("null")
  first <- function(x) if (is.matrix(x)) sum(x[1, ]) else x[1]
  variance <- fit$var[1, 1]
  chi <- if (variance > 0) fit$chisq else NA
  object(observed = number(first(fit$obs)), expected = number(first(fit$exp)), variance = number(variance),
         chi = number(chi), p = number(if (is.na(chi)) NA else pchisq(chi, 1, lower.tail = FALSE)))
}

written <- vapply(names(sets), function(name) {
  data <- sets[[name]]
  groups <- vapply(1:2, function(g) {
    part <- data[data$group == g, ]
    object(log = curve(part, "log"), "log-log" = curve(part, "log-log"))
  }, "")
  object(name = text(name), time = list_of(data$time), status = list_of(data$status), group = list_of(data$group),
         stratum = list_of(data$stratum), curves = paste0("[", paste(groups, collapse = ","), "]"), logRank = rank(data))
}, "")
cat("[\n", paste(written, collapse = ",\n"), "\n]\n", sep = "")
