#include "eval/evaluation.h"
syngan_status sg_evaluate_detection(sg_evaluation *e) {
    (void)e;
    return SYNGAN_OK;
}
syngan_status sg_evaluate_utility(sg_evaluation *e) {
    (void)e;
    return SYNGAN_OK;
}
syngan_status sg_evaluate_privacy(sg_evaluation *e) {
    (void)e;
    return SYNGAN_OK;
}
syngan_status syngan_report_write_html(const syngan_report *r, const char *p) {
    (void)r;
    (void)p;
    return SYNGAN_OK;
}
